/** What computing a graph costs, before it is computed. */
import { sizeOf } from "../../shared/tensor";
import { topologicalOrder, type Value } from "./ir";
import { ruleOf } from "./ops";

/** Multiply–adds; an operator that states none counts an operation for each number that it makes. */
export function multiplyAdds(outputs: readonly Value[]): number {
  return topologicalOrder(outputs).reduce((sum, { op, inputs, attrs, outputs: made }) => {
    const work = ruleOf(op).work?.(inputs, attrs, made);
    return sum + (work ?? sizeOf(made[0]!.shape));
  }, 0);
}
