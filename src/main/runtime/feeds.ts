/** What every executor checks before it runs: each input is fed, with a tensor of its shape. */
import { UserError } from "../../shared/errors";
import { showType, type Tensor } from "../../shared/tensor";
import { inputName, type Value } from "../graph/ir";

/**
 * The tensors of `inputs`, in their order.
 * @throws UserError "runtime/missing-input", "runtime/shape"
 */
export function takeFeeds(inputs: readonly Value[], feeds: ReadonlyMap<string, Tensor>): Tensor[] {
  return inputs.map((input) => {
    const name = inputName(input);
    const tensor = feeds.get(name);
    if (tensor === undefined) {
      throw new UserError("runtime/missing-input", `The input "${name}" has no value.`, {
        where: name,
      });
    }
    const fits =
      tensor.shape.length === input.shape.length &&
      tensor.shape.every((extent, axis) => extent === input.shape[axis]);
    if (!fits) {
      throw new UserError(
        "runtime/shape",
        `The input "${name}" takes ${showType(input)}, not ${showType(tensor)}.`,
        { where: name },
      );
    }
    return tensor;
  });
}
