/**
 * Weights must be numbers: one that is not makes every loss and gradient NaN, far from where it came from.
 * Infinities may stand: a causal mask is a tensor of −∞ and 0, and counts as a parameter until it is unticked.
 */
import { UserError } from "../../shared/errors";
import { isFloat, type Tensor } from "../../shared/tensor";

/**
 * @param path of the file that the weights come from
 * @throws UserError "weights/nan" for the first parameter with NaN
 */
export function expectNumbers(
  parameters: Iterable<{ readonly name: string; readonly tensor: Tensor }>,
  path: string,
): void {
  for (const { name, tensor } of parameters) {
    const { data, dtype } = tensor;
    if (!isFloat(dtype)) continue;
    let bad = 0;
    for (let i = 0; i < data.length; i++) if (Number.isNaN(data[i])) bad++;
    if (bad === 0) continue;
    throw new UserError(
      "weights/nan",
      `${bad} of the ${data.length} numbers of the parameter "${name}" in ${path} are NaN.`,
      { where: path, todo: "Choose weights from before the training diverged." },
    );
  }
}
