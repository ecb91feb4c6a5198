/**
 * Reverse mode: cotangents carried from the outputs back to the inputs, as further nodes of the same graph.
 * Nothing distinguishes a gradient from any other value, so gradients of gradients need nothing more.
 */
import { UserError } from "../../shared/errors";
import { isFloat } from "../../shared/tensor";
import type { Builder } from "./builder";
import { topologicalOrder, type Node, type Value } from "./ir";
import { ruleOf } from "./ops";
import { sameShape } from "./ops/shapes";

/**
 * ∂ loss / ∂ each of `wrt`: parameters, inputs or values on the way. Zeros where the loss does not depend on it.
 * @param loss of one element
 * @throws UserError "graph/not-differentiable" where an operator on the way has no derivative rule
 */
export function grad(g: Builder, loss: Value, wrt: readonly Value[]): Value[] {
  return vjp(g, [loss], [g.full(loss, 1)], wrt);
}

/**
 * Σ over outputs of (∂ output / ∂ wrt)ᵀ cotangent, one value of its shape for each of `wrt`.
 * @param cotangents one an output, of its shape
 */
export function vjp(
  g: Builder,
  outputs: readonly Value[],
  cotangents: readonly Value[],
  wrt: readonly Value[],
): Value[] {
  const order = topologicalOrder(outputs);
  const active = dependents(order, wrt);
  const collected = new Map<Value, Value>();
  const collect = (value: Value, cotangent: Value): void => {
    if (!sameShape(value.shape, cotangent.shape)) {
      throw new Error(
        `a cotangent [${cotangent.shape.join()}] for a value [${value.shape.join()}]`,
      );
    }
    const before = collected.get(value);
    collected.set(value, before === undefined ? cotangent : g.add(before, cotangent));
  };
  outputs.forEach((output, i) => {
    if (active.has(output)) collect(output, cotangents[i]!);
  });
  for (const node of order.reverse()) {
    const arriving = node.outputs.map((output) => collected.get(output) ?? null);
    const wanted = node.inputs.map((input) => active.has(input));
    if (arriving.every((each) => each === null) || !wanted.includes(true)) continue;
    const rule = ruleOf(node.op);
    if (rule.derivative === "zero") continue;
    if (rule.vjp === undefined) throw notDifferentiable(node);
    const { inputs, outputs: results, attrs } = node;
    const context = { inputs, outputs: results, cotangents: arriving, attrs, wanted };
    g.at(node.origin, () => rule.vjp!(g, context)).forEach((cotangent, i) => {
      if (cotangent !== null && wanted[i]) collect(inputs[i]!, cotangent);
    });
  }
  return wrt.map((value) => collected.get(value) ?? g.zeros(value));
}

/** Floating-point values that depend on one of `wrt`, those themselves included. */
function dependents(order: readonly Node[], wrt: readonly Value[]): Set<Value> {
  const active = new Set(wrt);
  for (const node of order) {
    if (!node.inputs.some((input) => active.has(input))) continue;
    for (const output of node.outputs) if (isFloat(output.dtype)) active.add(output);
  }
  return active;
}

export function notDifferentiable(node: Node): UserError {
  const place = node.origin === undefined ? node.op : `${node.op} (node ${node.origin})`;
  return new UserError("graph/not-differentiable", `${place} has no derivative rule.`, {
    ...(node.origin === undefined ? {} : { where: node.origin }),
  });
}
