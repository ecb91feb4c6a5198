/** The sizes that the transforms know. */
import { UserError } from "../../../shared/errors";

export function isPowerOfTwo(size: number): boolean {
  return size >= 8 && Number.isInteger(Math.log2(size));
}

/** @throws UserError "simulate/size" */
export function assertPowerOfTwo(size: number): void {
  if (isPowerOfTwo(size)) return;
  const below = 2 ** Math.max(3, Math.floor(Math.log2(size)));
  throw new UserError("simulate/size", `${size} points a side is no power of two from 8 on.`, {
    where: "size",
    todo: `Choose ${below} or ${2 * below}: this method computes by fast Fourier transforms.`,
  });
}
