/** Values for a network's tensors, from a file of their own. */
import { extname } from "node:path";
import { UserError } from "../../shared/errors";
import type { Tensor } from "../../shared/tensor";
import { openOnnx } from "../graph/onnx/model";
import { readSafetensors } from "./safetensors";

export interface Checkpoint {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** @throws UserError where the file cannot be read or is of another kind */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  switch (extname(path).toLowerCase()) {
    case ".safetensors":
      return { path, tensors: await readSafetensors(path) };
    case ".onnx": {
      const { initializers, copies } = await openOnnx(path);
      const tensors = new Map(initializers);
      for (const [name, kept] of copies) tensors.set(name, initializers.get(kept)!);
      return { path, tensors };
    }
    default:
      throw new UserError("weights/format", `${path} is no file of weights that opens here.`, {
        where: path,
        todo: "Save the state dict with safetensors.torch.save_file, or export the network with its weights to ONNX.",
      });
  }
}
