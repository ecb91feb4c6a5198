/** The largest or smallest elements along an axis, in order. */
import { sizeOf } from "../../../shared/tensor";
import type { OpRule } from "../rule";
import { ShapeError } from "../rule";
import { expectElements } from "./elementwise";
import { expectAxis, expectInputs, range } from "./shapes";

export type TopKAttributes = { axis: number; k: number; largest: boolean };

/**
 * TopK-11: the k largest (or smallest) elements along an axis and their int64 indices, best first; of equals the
 * one with the lower index. Always sorted, which is one of the orders that `sorted = 0` leaves open.
 * x̄ = ȳ at those indices, 0 elsewhere;  ẏ = ẋ read at them.
 */
export const TopK: OpRule<TopKAttributes> = {
  infer(inputs, { axis, k }) {
    expectInputs(inputs, 1);
    const { dtype, shape } = inputs[0]!;
    expectElements(dtype, ["float32", "float64", "int32", "int64"]);
    expectAxis(axis, shape.length);
    if (!Number.isInteger(k) || k < 0 || k > shape[axis]!) {
      throw new ShapeError(`${k} of the ${shape[axis]!} elements along axis ${axis}`);
    }
    const kept = shape.with(axis, k);
    return [
      { dtype, shape: kept },
      { dtype: "int64", shape: kept },
    ];
  },
  vjp: (g, { inputs: [x], outputs: [, index], cotangents: [dy], attrs: { axis } }) => [
    dy
      ? g.node("ScatterElements", [g.zeros(x!), index!, dy], { axis, reduction: "none" })[0]!
      : null,
  ],
  jvp: (g, { outputs: [, index], tangents: [dx], attrs: { axis } }) => [
    g.node("GatherElements", [dx!, index!], { axis })[0]!,
    null,
  ],
  batch: (g, { inputs, attrs }) => g.node("TopK", inputs, { ...attrs, axis: attrs.axis + 1 }),
  kernel([x], { axis, k, largest }, [y]) {
    const values = new Float64Array(sizeOf(y!.shape));
    const indices = new Float64Array(values.length);
    const n = x!.shape[axis]!;
    const step = sizeOf(x!.shape.slice(axis + 1));
    const sign = largest ? -1 : 1;
    for (let line = 0; line < values.length / Math.max(k, 1); line++) {
      const [block, inner] = [Math.floor(line / step), line % step];
      const at = (i: number): number => x!.data[(block * n + i) * step + inner]!;
      const order = range(n).sort((i, j) => sign * (at(i) - at(j)) || i - j);
      for (let rank = 0; rank < k; rank++) {
        const to = (block * k + rank) * step + inner;
        values[to] = at(order[rank]!);
        indices[to] = order[rank]!;
      }
    }
    return [values, indices];
  },
  onnx: ({ axis, k, largest }) => ({
    attributes: { axis, largest: Number(largest), sorted: 1 },
    constants: [{ dtype: "int64", shape: [1], data: [k] }],
  }),
  work: ([x], { axis }) => sizeOf(x!.shape) * Math.ceil(Math.log2(x!.shape[axis]! + 1)),
};
