/** Normalised exponentials along one axis, shifted by the maximum so that they do not overflow. */
import type { OpName } from ".";
import { sizeOf } from "../../../shared/tensor";
import type { OpRule } from "../rule";
import { expectElements, FLOATS } from "./elementwise";
import { expectAxis, expectInputs } from "./shapes";

export type AxisAttributes = { axis: number };

/** Rewrites n numbers of `y` in place, from `at`, `step` apart. */
type Normalise = (y: Float64Array, at: number, step: number, n: number) => void;

function alongAxis(
  op: OpName,
  normalise: Normalise,
  derivatives: Pick<OpRule<AxisAttributes>, "vjp" | "jvp">,
): OpRule<AxisAttributes> {
  return {
    infer(inputs, { axis }) {
      expectInputs(inputs, 1);
      const { dtype, shape } = inputs[0]!;
      expectElements(dtype, FLOATS);
      expectAxis(axis, shape.length);
      return [{ dtype, shape }];
    },
    ...derivatives,
    batch: (g, { inputs, attrs }) => g.node(op, inputs, { axis: attrs.axis + 1 }),
    kernel([x], { axis }) {
      const y = x!.data.slice();
      const n = x!.shape[axis]!;
      const step = sizeOf(x!.shape.slice(axis + 1));
      for (let block = 0; block < y.length; block += n * step) {
        for (let inner = 0; inner < step; inner++) normalise(y, block + inner, step, n);
      }
      return [y];
    },
  };
}

/** The maximum, and Σ exp(x − max). */
function shiftedSum(x: Float64Array, at: number, step: number, n: number): [number, number] {
  let max = -Infinity;
  for (let k = 0; k < n; k++) max = Math.max(max, x[at + k * step]!);
  let sum = 0;
  for (let k = 0; k < n; k++) sum += Math.exp(x[at + k * step]! - max);
  return [max, sum];
}

/** Softmax-13. y = exp x / Σ exp x;  x̄ = y (ȳ − Σ ȳ y), and so for tangents: its Jacobian is symmetric. */
export const Softmax: OpRule<AxisAttributes> = alongAxis(
  "Softmax",
  (y, at, step, n) => {
    const [max, sum] = shiftedSum(y, at, step, n);
    for (let k = 0; k < n; k++) y[at + k * step] = Math.exp(y[at + k * step]! - max) / sum;
  },
  {
    vjp: (g, { outputs: [y], cotangents: [dy], attrs: { axis } }) => [
      g.mul(y!, g.sub(dy!, g.sum(g.mul(dy!, y!), [axis], true))),
    ],
    jvp: (g, { outputs: [y], tangents: [dx], attrs: { axis } }) => [
      g.mul(y!, g.sub(dx!, g.sum(g.mul(dx!, y!), [axis], true))),
    ],
  },
);

/** LogSoftmax-13. y = x − ln Σ exp x;  x̄ = ȳ − exp y · Σ ȳ,  ẏ = ẋ − Σ exp y · ẋ. */
export const LogSoftmax: OpRule<AxisAttributes> = alongAxis(
  "LogSoftmax",
  (y, at, step, n) => {
    const [max, sum] = shiftedSum(y, at, step, n);
    for (let k = 0; k < n; k++) y[at + k * step]! -= max + Math.log(sum);
  },
  {
    vjp: (g, { outputs: [y], cotangents: [dy], attrs: { axis } }) => [
      g.sub(dy!, g.mul(g.exp(y!), g.sum(dy!, [axis], true))),
    ],
    jvp: (g, { outputs: [y], tangents: [dx], attrs: { axis } }) => [
      g.sub(dx!, g.sum(g.mul(g.exp(y!), dx!), [axis], true)),
    ],
  },
);
