/** Reading and writing by index. */
import { sizeOf } from "../../../../shared/tensor";
import type { Value } from "../../ir";
import type { Call, Converters } from "./call";

/** The reductions that our scatters have. */
function scatterReduction(call: Call): "none" | "add" {
  const reduction = call.string("reduction", "none");
  if (reduction !== "none" && reduction !== "add") throw call.unsupported(`reduction ${reduction}`);
  return reduction;
}

function scatterElements(call: Call): readonly Value[] {
  const x = call.input(0);
  return call.g.node("ScatterElements", [x, call.input(1), call.input(2)], {
    axis: call.axis(call.int("axis", 0), x.shape.length),
    reduction: scatterReduction(call),
  });
}

export const indexing: Converters = {
  Gather(call) {
    const { g } = call;
    const [x, index] = [call.input(0), call.input(1)];
    const axis = call.axis(call.int("axis", 0), x.shape.length);
    // One known index is a cut, whose gradient is cheaper than a scatter.
    if (index.source.kind === "constant" && sizeOf(index.shape) === 1) {
      const at = call.number(1);
      const start = at < 0 ? at + x.shape[axis]! : at;
      const shape = [...x.shape.slice(0, axis), ...index.shape, ...x.shape.slice(axis + 1)];
      return g.reshape(g.slice(x, [{ axis, start, end: start + 1 }]), shape);
    }
    return g.gather(x, index, axis);
  },

  GatherElements(call) {
    const x = call.input(0);
    const axis = call.axis(call.int("axis", 0), x.shape.length);
    return call.g.node("GatherElements", [x, call.input(1)], { axis });
  },

  GatherND: (call) =>
    call.g.node("GatherND", [call.input(0), call.g.cast(call.input(1), "int64")], {
      batch_dims: call.int("batch_dims", 0),
    }),

  ScatterElements: scatterElements,
  /** Its name before opset 11. */
  Scatter: scatterElements,
  ScatterND: (call) =>
    call.g.node("ScatterND", [call.input(0), call.g.cast(call.input(1), "int64"), call.input(2)], {
      reduction: scatterReduction(call),
    }),
};
