/** A network with several inputs as one of a single input: states whose last channels are what the others are told. */
import { UserError } from "../../shared/errors";
import type { Model } from ".";
import { Builder } from "../graph/builder";
import { dataInputs, inputName, type Graph, type Value } from "../graph/ir";
import { rebuild } from "../graph/rebuild";

/**
 * Inputs that are called like a condition are taken from that channel of the states, which says the same at every point;
 * conditions that no input is called after stay channels of the state. A network of one input is left as it is.
 * @param names of the conditions, which are the last channels of the states, in their order
 * @throws (its `graph`) UserError "model/inputs" where other inputs remain, or take more than a number a sample
 */
export function conditioned<M extends Pick<Model, "graph">>(model: M, names: readonly string[]): M {
  const made = new Map<number, Graph>();
  return {
    ...model,
    graph(batch) {
      let graph = made.get(batch);
      if (graph === undefined) {
        const filed = model.graph(batch);
        graph = dataInputs(filed).length === 1 ? filed : withOneInput(filed, names, batch);
        made.set(batch, graph);
      }
      return graph;
    },
  };
}

/** How many of the states' last channels are inputs of their own. */
export function conditionsTaken({ info }: Model, names: readonly string[]): number {
  return info.inputs.filter(({ name }) => names.includes(name)).length;
}

function withOneInput(graph: Graph, names: readonly string[], batch: number): Graph {
  const data = dataInputs(graph);
  const states = data.filter((value) => !names.includes(inputName(value)));
  const [state] = states;
  if (state === undefined || states.length > 1) {
    throw new UserError(
      "model/inputs",
      `The model takes ${data.length} inputs (${data.map(inputName).join(", ")}); an analysis feeds one, the state.`,
      {
        todo: "State what the others are told (--conditions on the command line), like nu=0.01,t=time.",
      },
    );
  }
  const told = data.filter((value) => value !== state);
  const taken = told.map((value) => names.indexOf(inputName(value)));
  const staying = names.map((_, i) => i).filter((i) => !taken.includes(i));
  const [, channels = 0, ...points] = state.shape;
  const own = channels - staying.length;
  const g = new Builder();
  const packed = g.input(inputName(state), {
    dtype: state.dtype,
    shape: [batch, own + names.length, ...points],
  });
  const channel = (c: number): Value => g.slice(packed, [{ axis: 1, start: c, end: c + 1 }]);
  const fed = new Map<Value, Value>([
    [
      state,
      g.concat(
        [
          g.slice(packed, [{ axis: 1, start: 0, end: own }]),
          ...staying.map((i) => channel(own + i)),
        ],
        1,
      ),
    ],
    ...told.map((value, k): [Value, Value] => [value, asTold(g, channel(own + taken[k]!), value)]),
  ]);
  const { inputs, outputs } = rebuild(graph, g, () => undefined, fed);
  return { inputs: [packed, ...inputs], outputs };
}

/** The number that a channel [batch, 1, …] repeats, in the form of an input. */
function asTold(g: Builder, channel: Value, value: Value): Value {
  const [batch = 1, , ...points] = channel.shape;
  const first = g.slice(
    channel,
    points.map((_, axis) => ({ axis: axis + 2, start: 0, end: 1 })),
  );
  const size = value.shape.reduce((product, n) => product * n, 1);
  if (size !== batch && value.shape.join() !== channel.shape.join()) {
    throw new UserError(
      "model/inputs",
      `The model’s input ${inputName(value)} is [${value.shape.join(", ")}], which a number a sample does not fill.`,
      { todo: "Export the model with an input of one number a sample, or one field of them." },
    );
  }
  return g.cast(size === batch ? g.reshape(first, value.shape) : channel, value.dtype);
}
