/** Gradients by the graph against central differences, both in float64: is the differentiation right for this model? */
import { normals, randomFrom } from "../../../shared/random";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { sampleNetwork } from "../../analyses/network";
import { readNpz } from "../../data/npz";
import { Builder } from "../../graph/builder";
import { grad } from "../../graph/grad";
import { inputName } from "../../graph/ir";
import { simplify } from "../../graph/simplify";
import { createExecutor } from "../../runtime/executors";
import type { TaskContext } from "../task";
import { fitted, inputsFrom, sampleOf } from "./feeds";
import { modelFor } from "./modelFor";

export interface GradcheckRow {
  readonly name: string;
  /** Directional derivative along one random direction. */
  readonly graph: number;
  readonly difference: number;
  readonly relativeError: number;
}

/** Of the parameters' root mean square: rounding is 1e-16/step, truncation step². */
const STEP = 1e-5;
/** Least root mean square that steps are made for: a bias may be zero, and what it is added to is of order one. */
const LEAST = 0.1;
/** Derivatives smaller than this part of the largest one are compared on its scale: some vanish identically. */
const FLOOR = 1e-3;

/**
 * L = ⟨c, f(x)⟩ for a random c and the first sample of the file; its derivative along one random direction in the input
 * and in each parameter, by the graph and as (L(θ + hv) − L(θ − hv))/2h.
 */
export async function gradcheck(
  { model: path, weights, inputs: file }: { model: string; weights: string | null; inputs: string },
  { signal, progress }: TaskContext,
): Promise<{ rows: GradcheckRow[]; largest: number }> {
  const arrays = await readNpz(file);
  const model = await modelFor(path, weights, (opened) => sampleOf(opened, arrays, file));
  const network = sampleNetwork(model);
  const { input, prediction, parameters } = network;
  const given = inputsFrom(model, arrays, file).get(inputName(input))!;
  const size = sizeOf(input.shape);
  const x = fitted(
    inputName(input),
    { dtype: given.dtype, shape: [1, ...given.shape.slice(1)], data: given.data.slice(0, size) },
    input,
    file,
  );

  const g = new Builder();
  const projection = g.input("$projection", prediction);
  const projected = g.sum(g.mul(prediction, projection));
  const wrt = [input, ...parameters];
  const gradients = grad(g, projected, wrt);
  const executor = createExecutor("reference");
  const inputs = [...network.graph.inputs, projection];
  const value = await executor.compile(
    simplify({ inputs, outputs: [{ name: "L", value: projected }] }),
  );
  const derivative = await executor.compile(
    simplify({ inputs, outputs: gradients.map((d, k) => ({ name: `d${k}`, value: d })) }),
  );

  const random = randomFrom(0);
  const at = new Map<string, Tensor>([
    [inputName(input), x],
    ...model.parameters,
    ["$projection", float64(prediction.shape, normals(random, sizeOf(prediction.shape)))],
  ]);
  const L = async (feeds: ReadonlyMap<string, Tensor>): Promise<number> =>
    Number((await value.run(feeds)).get("L")!.data[0]);
  const byGraph = await derivative.run(at);

  const measured: { name: string; graph: number; difference: number }[] = [];
  for (const [k, variable] of wrt.entries()) {
    signal.throwIfAborted();
    const name = inputName(variable);
    progress({ fraction: k / wrt.length, stage: `Central differences of ${name}` });
    const origin = toFloat64(at.get(name)!);
    const direction = normals(random, origin.length);
    const h = STEP * Math.max(LEAST, rootMeanSquare(origin));
    const moved = (step: number): ReadonlyMap<string, Tensor> =>
      new Map(at).set(
        name,
        float64(
          variable.shape,
          origin.map((v, i) => v + step * direction[i]!),
        ),
      );
    const difference = ((await L(moved(h))) - (await L(moved(-h)))) / (2 * h);
    const d = toFloat64(byGraph.get(`d${k}`)!);
    const graph = d.reduce((sum, component, i) => sum + component * direction[i]!, 0);
    measured.push({ name, graph, difference });
  }
  await executor.dispose();
  const scale = FLOOR * Math.max(...measured.map(({ graph }) => Math.abs(graph)));
  const rows = measured.map((row): GradcheckRow => {
    const size = Math.max(Math.abs(row.graph), Math.abs(row.difference), scale);
    const gap = Math.abs(row.graph - row.difference);
    return { ...row, relativeError: gap === 0 ? 0 : gap / size };
  });
  return { rows, largest: Math.max(...rows.map(({ relativeError }) => relativeError)) };
}

function rootMeanSquare(values: Float64Array): number {
  return Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / values.length);
}

function float64(shape: readonly number[], data: Float64Array): Tensor {
  return { dtype: "float64", shape, data };
}
