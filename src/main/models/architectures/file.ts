/** A network of an architecture as an .onnx file with its weights inside, which takes any batch. */
import type { Tensor } from "../../../shared/tensor";
import { showFieldSpec } from "../../../shared/fields/spec";
import { encodeModel } from "../../graph/onnx/encode";
import { statisticNames, type NetworkPlan, type StatisticName } from "./network";
import { outputShape, type NetworkStates } from "./states";

/** One list of numbers a name, one number a channel. */
export type NetworkStatistics = Readonly<Record<StatisticName, readonly number[]>>;

export interface NetworkFileOptions {
  readonly seed: number;
  readonly statistics: NetworkStatistics;
}

/**
 * The file's bytes; the same plan, seed and statistics give the same. Its metadata state what noetherscope_export.py
 * states, and under `architecture` how it was made.
 * @throws Error where the graph is not the same at every batch
 */
export function networkFile(
  plan: NetworkPlan,
  { seed, statistics }: NetworkFileOptions,
): Uint8Array {
  const { definition, preset, settings, states, parameters } = plan;
  const constants = statisticNames.map((name): [string, Tensor] => [
    name,
    {
      dtype: "float32",
      shape: [statistics[name].length],
      data: Float32Array.from(statistics[name]),
    },
  ]);
  const metadata = {
    noetherscope: 1,
    parameters: parameters.map(({ name }) => name),
    // Constants: checkpoints of a training hold what was trained.
    buffers: statisticNames,
    ...statedIn(states),
    input_shape: states.shape,
    output_shape: outputShape(states),
    architecture: { id: definition.id, preset, seed, ...settings },
  };
  const options = {
    name: definition.id,
    bind: new Map([...plan.draw(seed), ...constants]),
    metadata: new Map([["noetherscope", JSON.stringify(metadata)]]),
    batch: "batch",
  };
  const [two, three] = [2, 3].map((batch) => encodeModel(plan.graph(batch), options));
  if (Buffer.compare(two!, three!) !== 0) {
    throw new Error(`the graph of ${definition.id} depends on the batch`);
  }
  return two!;
}

function statedIn(states: NetworkStates): Record<string, unknown> {
  const { fields, outputFields, boundary, dt, length, layout, grid } = states;
  const spec = (given: NetworkStates["fields"]): string | null =>
    given === undefined ? null : showFieldSpec(given);
  const axes = {
    grid: `b,c,${["z", "y", "x"].slice(3 - (grid?.size.length ?? 0)).join()}`,
    particles: "b,p,c",
    numbers: "b,c",
  };
  return {
    fields: spec(fields),
    output_fields: spec(outputFields) === spec(fields) ? null : spec(outputFields),
    axes: axes[layout],
    boundary,
    dt,
    length,
  };
}
