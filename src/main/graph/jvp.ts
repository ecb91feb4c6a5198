/** Forward mode: tangents carried along with the values, by rules where operators have them. */
import { isFloat } from "../../shared/tensor";
import type { Builder } from "./builder";
import { notDifferentiable, vjp } from "./grad";
import { topologicalOrder, type Node, type Value } from "./ir";
import { ruleOf } from "./ops";

/**
 * Tangent of each output when each of `wrt` moves by its tangent: J ẋ, of the output's shape; zeros where an
 * output does not move.
 * @param tangents one for each of `wrt`, of its shape
 * @throws UserError "graph/not-differentiable" where an operator on the way has no derivative rule
 */
export function jvp(
  g: Builder,
  outputs: readonly Value[],
  wrt: readonly Value[],
  tangents: readonly Value[],
): Value[] {
  const known = new Map(wrt.map((value, i) => [value, tangents[i]!]));
  for (const node of topologicalOrder(outputs)) {
    const arriving = node.inputs.map((input) => known.get(input) ?? null);
    if (arriving.every((tangent) => tangent === null)) continue;
    g.at(node.origin, () => pushed(g, node, arriving)).forEach((tangent, i) => {
      const output = node.outputs[i]!;
      // A value that was given a tangent keeps it, although it may depend on another of `wrt`.
      if (tangent !== null && !known.has(output)) known.set(output, tangent);
    });
  }
  return outputs.map((output) => known.get(output) ?? g.zeros(output));
}

function pushed(g: Builder, node: Node, tangents: readonly (Value | null)[]): (Value | null)[] {
  const rule = ruleOf(node.op);
  const { inputs, outputs, attrs } = node;
  if (rule.derivative === "zero" || !outputs.some((output) => isFloat(output.dtype))) return [];
  if (rule.jvp) return rule.jvp(g, { inputs, outputs, tangents, attrs });
  if (rule.vjp) return pushedByTransposition(g, node, tangents);
  throw notDifferentiable(node);
}

/**
 * J ẋ from the vjp rule alone: u ↦ Jᵀu is linear, and its own transpose is J. The stand-ins for u vanish,
 * because the derivative of a linear map does not depend on where it is taken.
 */
export function pushedByTransposition(
  g: Builder,
  { op, inputs, outputs, attrs }: Node,
  tangents: readonly (Value | null)[],
): Value[] {
  const standIns = outputs.map((output) => g.input("cotangent", output));
  const wanted = tangents.map((tangent) => tangent !== null);
  const context = { inputs, outputs, cotangents: standIns, attrs, wanted };
  const pulled = ruleOf(op).vjp!(g, context);
  const moved = pulled.flatMap((value, i) =>
    value !== null && tangents[i] ? [{ value, tangent: tangents[i] }] : [],
  );
  return vjp(
    g,
    moved.map(({ value }) => value),
    moved.map(({ tangent }) => tangent),
    standIns,
  );
}
