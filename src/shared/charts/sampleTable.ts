/** The table behind figures by element: one row a group element and sample. */
import type { RunResult } from "../run";
import { elementsOf } from "./elements";
import type { FigureTable } from "./figure";
import { cell } from "./reading";

export interface SampleColumn {
  readonly name: string;
  readonly unit: string;
  /** One array an element; null where the run lacks it, and the table then the column. */
  readonly values: readonly Float64Array[] | null;
}

/** Columns `element`, `sample` (position in the run), `index` (in the data set), then the given ones. */
export function sampleTable(run: RunResult, columns: readonly SampleColumn[]): FigureTable {
  const used = columns.flatMap(({ values, ...column }) =>
    values === null ? [] : [{ ...column, values }],
  );
  const count = used[0]?.values[0]?.length ?? 0;
  return {
    columns: [
      { name: "element", unit: "" },
      { name: "sample", unit: "" },
      { name: "index", unit: "" },
      ...used.map(({ name, unit }) => ({ name, unit })),
    ],
    rows: elementsOf(run.record).flatMap((id, g) =>
      Array.from({ length: count }, (_, i) => [
        id,
        i,
        run.record.data.samples[i]?.index ?? null,
        ...used.map(({ values }) => cell(values[g]![i])),
      ]),
    ),
  };
}
