/**
 * Networks exported with a fixed batch hold it in constant shapes. At another batch these are rewritten: the
 * file's own shapes are known from importing it as it is, and the axis that carries the batch follows from where
 * it stands in row-major order. What comes out is checked by running (see models/).
 */
import { sizeOf } from "../../../../shared/tensor";
import type { Builder } from "../../builder";
import type { Value } from "../../ir";
import { isSequence, type Call, type Item, type Rebatch } from "./call";
import { inputsOf } from "./known";

/** The output shape of a Reshape or Expand at the new batch; undefined where the file's shape holds. */
export function rebatchedShape(call: Call, x: Value): number[] | undefined {
  const { rebatch } = call;
  const output = rebatch?.shapes.get(call.node.output[0]!);
  const before = rebatch?.shapes.get(call.node.input[0]!);
  if (rebatch === undefined || output === undefined || before === undefined) return undefined;
  const { from, to } = rebatch;
  const varying = x.shape.findIndex((extent, axis) => extent !== before[axis]);
  if (varying < 0) {
    // A table stretched over the batch, as a class token is: it does not depend on the data, its result does.
    const stretched = sizeOf(output) !== sizeOf(before) && output[0] === from && from > 1;
    return stretched && !dependsOnData(x) ? [to, ...output.slice(1)] : undefined;
  }
  const outer = sizeOf(before.slice(0, varying));
  const axis = batchAxis(output, outer, from);
  if (axis === undefined) return undefined;
  return output.map((extent, at) => (at === axis ? (extent * to) / from : extent));
}

/** The axis of `shape` that holds a factor `batch` with `outer` elements of other axes before it. */
function batchAxis(shape: readonly number[], outer: number, batch: number): number | undefined {
  const candidates = shape.flatMap((extent, axis) => {
    const before = sizeOf(shape.slice(0, axis));
    return before <= outer && before * extent >= outer * batch && extent % batch === 0
      ? [axis]
      : [];
  });
  return candidates.find((axis) => sizeOf(shape.slice(0, axis)) === outer) ?? candidates[0];
}

/**
 * Operands of an elementwise operator: tables folded with the file's batch, as the zeros that a recurrence starts
 * from, give their first row where another operand has another batch there. That all rows are alike is checked at the
 * file's own batch (see models/fixedBatch).
 */
export function rebatchedOperands(
  g: Builder,
  rebatch: Rebatch | undefined,
  names: readonly string[],
  operands: readonly (Item | undefined)[],
): readonly (Item | undefined)[] {
  if (rebatch === undefined) return operands;
  /** Axes from the batch to the last, as operands are aligned; undefined where the file's shape holds. */
  const behind = operands.map((x, i) => {
    const before = rebatch.shapes.get(names[i]!);
    if (x === undefined || isSequence(x) || before?.length !== x.shape.length) return undefined;
    const axis = x.shape.findIndex((extent, at) => extent !== before[at]);
    return axis < 0 || !dependsOnData(x) ? undefined : x.shape.length - axis;
  });
  const batch = behind.find((count) => count !== undefined);
  if (batch === undefined) return operands;
  return operands.map((x, i) => {
    if (x === undefined || isSequence(x) || behind[i] !== undefined) return x;
    return firstRow(g, rebatch, x, x.shape.length - batch);
  });
}

/** One row along the batch axis of a table that was folded with the file's batch; anything else as it is. */
export function firstRow(g: Builder, { from }: Rebatch, table: Value, axis: number): Value {
  if (axis < 0 || from === 1 || table.shape[axis] !== from || dependsOnData(table)) return table;
  return g.slice(table, [{ axis, end: 1 }]);
}

function dependsOnData(x: Value): boolean {
  return inputsOf(x).some(({ source }) => source.kind === "input" && source.role === "data");
}

/** Tables that were folded with the file's batch, stretched over the new one where others have it. */
export function rebatchedConcat(call: Call, parts: readonly Value[]): readonly Value[] {
  const { rebatch } = call;
  if (rebatch === undefined) return parts;
  const { from, to } = rebatch;
  if (!parts.some((part) => part.shape[0] === to && dependsOnData(part))) return parts;
  return parts.map((part) => {
    if (part.shape[0] !== from || dependsOnData(part)) return part;
    const { g } = call;
    const one = g.slice(part, [{ axis: 0, end: 1 }]);
    return g.expand(one, [to, ...part.shape.slice(1)]);
  });
}
