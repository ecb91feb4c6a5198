/** What every executor checks before it runs: each input is fed, with a tensor of its shape; floats may be of
 * either width. */
import { UserError } from "../../shared/errors";
import { isFloat, showType, sizeOf, type Tensor } from "../../shared/tensor";
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
    const kind = isFloat(input.dtype) ? isFloat(tensor.dtype) : tensor.dtype === input.dtype;
    const fits = kind && tensor.shape.join() === input.shape.join();
    if (!fits || tensor.data.length !== sizeOf(input.shape)) {
      throw new UserError(
        "runtime/shape",
        `The input "${name}" takes ${showType(input)}, not ${showType(tensor)}.`,
        { where: name },
      );
    }
    return tensor;
  });
}
