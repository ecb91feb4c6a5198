/** The table behind figures by layer: one row an element, layer and sample. */
import type { RunResult } from "../run";
import { toFloat64 } from "../tensor";
import type { FigureTable } from "./figure";
import { cell, sampleName } from "./reading";

/**
 * @param element what the first column is called: generator, quantity
 * @param quantity the last column's name, of values without a unit
 * @param values of an element at a layer, over the samples that `layer_samples` lists
 */
export function layerTable(
  run: RunResult,
  element: string,
  quantity: string,
  { ids, names, values }: LayerValues,
): FigureTable {
  const samples = toFloat64(run.arrays.layer_samples ?? { data: new Float64Array() });
  return {
    columns: [
      { name: element, unit: "" },
      { name: "layer", unit: "" },
      { name: "sample", unit: "" },
      { name: quantity, unit: "1" },
    ],
    rows: ids.flatMap((id, e) =>
      names.flatMap((name, l) =>
        [...values(e, l)].map((value, i) => [
          id,
          name,
          sampleName(run.record, samples[i] ?? i),
          cell(value),
        ]),
      ),
    ),
  };
}

export interface LayerValues {
  readonly ids: readonly string[];
  readonly names: readonly string[];
  values(element: number, layer: number): Float64Array;
}
