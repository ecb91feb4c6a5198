/** Matrix products. */
import { sizeOf } from "../../../../shared/tensor";
import { sameShape } from "../../../graph/ops/shapes";
import type { Held, Lowering } from "./lowering";

/**
 * tfjs's own CPU backend pairs stacks of matrices by counting round the shorter one, which is broadcasting only where
 * a stack has one matrix; others are stretched first.
 */
export const matMul: Lowering<unknown> = (tf, [a, b], { outputs: [y] }) => {
  const stack = y!.shape.slice(0, -2);
  const fits = (x: Held): boolean => {
    const own = x.shape.slice(0, -2);
    return sizeOf(own) === 1 || sameShape(own, stack);
  };
  const stretched = (x: Held): Held =>
    fits(x) ? x : tf.broadcastTo(x, [...stack, ...x.shape.slice(-2)] as [number]);
  return [tf.reshape(tf.matMul(stretched(a!), stretched(b!)), [...y!.shape])];
};
