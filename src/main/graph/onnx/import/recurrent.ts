/**
 * RNN, GRU and LSTM, unrolled over their static number of steps. What depends on the input alone is one matrix
 * product for all steps. Axes inside: T steps, N samples, H hidden units; gates stacked as in the file.
 */
import type { Builder } from "../../builder";
import type { Value } from "../../ir";
import type { Call, Converter, Converters } from "./call";
import { firstRow } from "./rebatch";
import { gateActivations, type Activation } from "./gates";

/** The hidden state, and the cell of an LSTM behind it. */
type State = readonly Value[];

/** One direction's tensors: W x + b for all steps [T, N, gates·H], R transposed, R's bias and peepholes. */
interface Direction {
  readonly projected: Value;
  readonly recurrent: Value;
  readonly recurrentBias: Value | undefined;
  readonly peepholes: Value | undefined;
  readonly activations: readonly Activation[];
}

/** Steps of all directions; each becomes some twenty nodes. */
const MOST_STEPS = 4096;

type Step = (call: Call, x: Value, state: State, direction: Direction) => State;

/** The k-th of the blocks of `size` along the last axis. */
function block(g: Builder, x: Value, k: number, size: number): Value {
  return g.slice(x, [{ axis: x.shape.length - 1, start: k * size, end: (k + 1) * size }]);
}

function sum(g: Builder, terms: readonly (Value | undefined)[]): Value {
  return terms.filter((term) => term !== undefined).reduce((a, b) => g.add(a, b));
}

/** h = f(Wx + Rh + b). */
const rnn: Step = ({ g }, x, [h], { recurrent, recurrentBias, activations: [f] }) => [
  f!(sum(g, [x, g.matmul(h!, recurrent), recurrentBias])),
];

/** Gates z, r, n: h = (1 − z)·n + z·h; the reset gate acts before or after the recurrent product. */
const gru: Step = (call, x, [h], { recurrent, recurrentBias, activations: [f, tanh] }) => {
  const { g } = call;
  const size = h!.shape[1]!;
  const part = (value: Value | undefined, k: number): Value | undefined =>
    value === undefined ? undefined : block(g, value, k, size);
  const gate = (k: number): Value =>
    f!(sum(g, [part(x, k), g.matmul(h!, part(recurrent, k)!), part(recurrentBias, k)]));
  const [z, r] = [gate(0), gate(1)];
  const [weights, bias] = [part(recurrent, 2)!, part(recurrentBias, 2)];
  const reset = call.flag("linear_before_reset")
    ? g.mul(r, sum(g, [g.matmul(h!, weights), bias]))
    : sum(g, [g.matmul(g.mul(r, h!), weights), bias]);
  const candidate = tanh!(g.add(part(x, 2)!, reset));
  return [g.add(g.mul(g.sub(1, z), candidate), g.mul(z, h!))];
};

/** Gates i, o, f, c, with peepholes from the cell for the first three; `input_forget` couples f = 1 − i. */
const lstm: Step = (call, x, [h, c], direction) => {
  const { g } = call;
  const {
    recurrent,
    recurrentBias,
    peepholes,
    activations: [f, tanh, squash],
  } = direction;
  const size = h!.shape[1]!;
  const gates = sum(g, [x, g.matmul(h!, recurrent), recurrentBias]);
  const gate = (k: number, cell: Value, peephole: number): Value => {
    const seen = peepholes && g.mul(block(g, peepholes, peephole, size), cell);
    return f!(sum(g, [block(g, gates, k, size), seen]));
  };
  const input = gate(0, c!, 0);
  const forget = call.flag("input_forget") ? g.sub(1, input) : gate(2, c!, 2);
  const cell = g.add(g.mul(forget, c!), g.mul(input, tanh!(block(g, gates, 3, size))));
  return [g.mul(gate(1, cell, 1), squash!(cell)), cell];
};

/** @param gates of the operator; @param states h, and c for an LSTM; @param defaults activations of one direction */
function recurrent(
  gates: number,
  states: number,
  step: Step,
  defaults: readonly string[],
): Converter {
  return (call) => {
    const { g } = call;
    // layout 1 has the samples in front.
    const samplesFirst = call.flag("layout");
    const x = samplesFirst ? g.transpose(call.input(0), [1, 0, 2]) : call.input(0);
    if (x.shape.length !== 3) throw call.malformed(`its input has ${x.shape.length} axes, not 3`);
    const [steps, n] = x.shape as [number, number, number];
    if (steps === 0) throw call.unsupported("a sequence of no steps");
    const size = call.input(2).shape[2]!;
    const lengths = call.optional(4);
    const order = call.string("direction", "forward");
    const reversed = order === "bidirectional" ? [false, true] : [order === "reverse"];

    if (steps * reversed.length > MOST_STEPS) {
      throw call.unsupported(`its ${steps} steps would be written out; ${MOST_STEPS} are the most`);
    }
    const activations = gateActivations(call, reversed.length, defaults);

    const perDirection = reversed.map((backwards, d) => {
      const direction = directionOf(call, x, d, gates, size, activations[d]!);
      let state: State = initialStates(call, d, states, n, size, samplesFirst);
      const outputs = new Array<Value>(steps);
      for (let i = 0; i < steps; i++) {
        const t = backwards ? steps - 1 - i : i;
        const now = g.reshape(g.slice(direction.projected, [{ axis: 0, start: t, end: t + 1 }]), [
          n,
          gates * size,
        ]);
        const next = step(call, now, state, direction);
        // Behind its end a sequence keeps its state and has zeros as outputs.
        const alive = lengths && g.reshape(g.greater(g.cast(lengths, "int64"), t), [n, 1]);
        const before = state;
        state = alive ? next.map((value, k) => g.where(alive, value, before[k]!)) : next;
        outputs[t] = alive ? g.where(alive, next[0]!, 0) : next[0]!;
      }
      return { outputs, state };
    });

    const stacked = (values: readonly Value[], axis: number): Value =>
      g.concat(
        values.map((value) =>
          g.reshape(value, [...value.shape.slice(0, axis), 1, ...value.shape.slice(axis)]),
        ),
        axis,
      );
    // Each step [D, N, H], or [N, D, H] with the samples in front.
    const across = samplesFirst ? 1 : 0;
    const y = Array.from({ length: steps }, (_, t) =>
      stacked(
        perDirection.map(({ outputs }) => outputs[t]!),
        across,
      ),
    );
    const last = Array.from({ length: states }, (_, k) =>
      stacked(
        perDirection.map(({ state }) => state[k]!),
        across,
      ),
    );
    return [stacked(y, samplesFirst ? 1 : 0), ...last];
  };
}

/** Slice d of a tensor with one slice a direction, without that axis. */
function ofDirection(g: Builder, value: Value, d: number): Value {
  return g.reshape(g.slice(value, [{ axis: 0, start: d, end: d + 1 }]), value.shape.slice(1));
}

function directionOf(
  call: Call,
  x: Value,
  d: number,
  gates: number,
  size: number,
  activations: readonly Activation[],
): Direction {
  const { g } = call;
  const [steps, n, features] = x.shape as [number, number, number];
  const own = (index: number): Value | undefined => {
    const value = call.optional(index);
    return value && ofDirection(g, value, d);
  };
  const bias = own(3);
  const inputBias = bias && g.slice(bias, [{ axis: 0, end: gates * size }]);
  const product = g.matmul(g.reshape(x, [steps * n, features]), g.transposeLast(own(1)!));
  return {
    projected: g.reshape(sum(g, [product, inputBias]), [steps, n, gates * size]),
    recurrent: g.transposeLast(own(2)!),
    recurrentBias: bias && g.slice(bias, [{ axis: 0, start: gates * size }]),
    peepholes: own(7),
    activations,
  };
}

/** Inputs 5 and 6, or zeros. */
function initialStates(
  call: Call,
  d: number,
  states: number,
  n: number,
  size: number,
  samplesFirst: boolean,
): State {
  const { g } = call;
  return Array.from({ length: states }, (_, k) => {
    const given = call.optional(5 + k);
    if (given === undefined) return g.zeros({ dtype: call.input(0).dtype, shape: [n, size] });
    const { rebatch } = call;
    const all = samplesFirst ? g.transpose(given, [1, 0, 2]) : given;
    const fitting =
      rebatch === undefined || n === all.shape[1] ? all : firstRow(g, rebatch, all, 1);
    const [, samples, units] = fitting.shape;
    if (fitting.shape.length !== 3 || (samples !== n && samples !== 1) || units !== size) {
      const [is, needed] = [fitting.shape, [n, size]].map((shape) => shape.join(", "));
      throw call.malformed(`its initial state is [${is}], […, ${needed}] is needed`);
    }
    return g.expand(ofDirection(g, fitting, d), [n, size]);
  });
}

export const recurrence: Converters = {
  RNN: recurrent(1, 1, rnn, ["tanh"]),
  GRU: recurrent(3, 1, gru, ["sigmoid", "tanh"]),
  LSTM: recurrent(4, 2, lstm, ["sigmoid", "tanh", "tanh"]),
};
