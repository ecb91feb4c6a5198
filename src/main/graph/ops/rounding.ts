/** Piecewise constant functions: nothing flows through them. */
import type { OpRule } from "../rule";
import { FLOATS as accepts, unary } from "./elementwise";

/** Sign-13: −1, 0 or 1. */
export const Sign: OpRule<{}> = unary("Sign", { f: () => Math.sign });

/** Floor-13. */
export const Floor: OpRule<{}> = unary("Floor", { f: () => Math.floor, accepts });

/** Ceil-13. */
export const Ceil: OpRule<{}> = unary("Ceil", { f: () => Math.ceil, accepts });

/** Round-11: halves to the even neighbour. */
export const Round: OpRule<{}> = unary("Round", { f: () => roundHalfEven, accepts });

function roundHalfEven(x: number): number {
  const below = Math.floor(x);
  const rest = x - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
