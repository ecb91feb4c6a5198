/**
 * Networks that take their channels last, [batch, y, x, channel], as TensorFlow and JAX have them, on states that have
 * them first: input and output are turned in the graph, so that gradients and group actions go through it.
 */
import { basename } from "node:path";
import type { ModelInfo } from "../../shared/contract";
import { Builder } from "../graph/builder";
import { dataInputs, inputName, type Graph } from "../graph/ir";
import { rebuild } from "../graph/rebuild";
import type { Model } from ".";

type Extents = readonly (number | null)[];

/** null stands for an extent that the file leaves open. */
function fits(shape: Extents, state: readonly number[]): boolean {
  return (
    shape.length === state.length &&
    shape.every((extent, i) => extent === null || extent === state[i])
  );
}

function last([channels = 1, ...points]: readonly number[]): number[] {
  return [...points, channels];
}

/**
 * Extents of a state in the network's own order.
 * @param state its channels first, as the network is to be given it
 * @param channelAxis of a batch; of states that have their channels elsewhere, or none, nothing is turned
 * @returns null where the state fits as it is, or in neither order
 */
export function channelsLast(
  { inputs }: Pick<ModelInfo, "inputs">,
  state: readonly number[],
  channelAxis: number | null,
): number[] | null {
  if (channelAxis !== 1 || state.length < 2) return null;
  const shapes = inputs.map(({ shape }) => shape.slice(1));
  if (shapes.some((shape) => fits(shape, state))) return null;
  return shapes.some((shape) => fits(shape, last(state))) ? last(state) : null;
}

/** The network with its channels first, where it has them last and the data first; as it is elsewhere. */
export function channelsFirst(
  model: Model,
  state: readonly number[],
  channelAxis: number | null,
): Model {
  const own = channelsLast(model.info, state, channelAxis);
  if (own === null) return model;
  const made = new Map<number, Graph>();
  const { info } = model;
  const port = (each: ModelInfo["inputs"][number]): ModelInfo["inputs"][number] =>
    each.shape.length === own.length + 1
      ? { ...each, shape: [each.shape[0]!, each.shape.at(-1)!, ...each.shape.slice(1, -1)] }
      : each;
  return {
    ...model,
    info: {
      ...info,
      inputs: info.inputs.map((each) => (fits(each.shape.slice(1), own) ? port(each) : each)),
      outputs: info.outputs.map(port),
      warnings: [
        ...info.warnings,
        `${basename(model.path)} takes its channels last, [${own.join(", ")}], and the states have them first: its input and output are turned.`,
      ],
    },
    graph(batch) {
      let graph = made.get(batch);
      if (graph === undefined) {
        graph = turned(model.graph(batch), own);
        made.set(batch, graph);
      }
      return graph;
    },
  };
}

function turned(graph: Graph, own: readonly number[]): Graph {
  const data = dataInputs(graph).find(({ shape }) => fits(shape.slice(1), own));
  if (data === undefined) return graph;
  const g = new Builder();
  const rank = data.shape.length;
  const [batch = 1, ...inner] = data.shape;
  const points = inner.slice(0, -1).map((_, i) => i);
  const x = g.input(inputName(data), {
    dtype: data.dtype,
    shape: [batch, inner.at(-1)!, ...inner.slice(0, -1)],
  });
  // Named like modules, for analyses that go layer by layer.
  const z = g.at("turn/input", () => g.transpose(x, [0, ...points.map((i) => i + 2), 1]));
  const { inputs, outputs } = rebuild(graph, g, () => undefined, new Map([[data, z]]));
  return {
    inputs: [x, ...inputs],
    outputs: outputs.map(({ name, value }) => ({
      name,
      value:
        value.shape.length === rank
          ? g.at("turn/output", () =>
              g.transpose(value, [0, rank - 1, ...points.map((i) => i + 1)]),
            )
          : value,
    })),
  };
}
