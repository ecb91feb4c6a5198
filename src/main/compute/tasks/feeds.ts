/** Arrays of a file as what a model's inputs take. */
import type { Tensor, TensorType } from "../../../shared/tensor";
import { fromFloat64, isFloat, showType, toFloat64 } from "../../../shared/tensor";
import { UserError } from "../../../shared/errors";
import { dataInputs, inputName, type Graph } from "../../graph/ir";
import type { Model } from "../../models";

/**
 * One array an input, found by the graph's name; the only one that is not there by its name is also found as `x`.
 * @throws UserError "model/no-array"
 */
export function inputsFrom<A>(
  model: Model,
  arrays: ReadonlyMap<string, A>,
  file: string,
): Map<string, A> {
  const names = model.info.inputs.map(({ name }) => name);
  const missing = names.filter((name) => !arrays.has(name));
  return new Map(
    names.map((name) => {
      const found = arrays.get(name) ?? (missing.length === 1 ? arrays.get("x") : undefined);
      if (found !== undefined) return [name, found];
      throw new UserError("model/no-array", `${file} has no array for the input “${name}”.`, {
        where: file,
        todo: `It has ${[...arrays.keys()].join(", ")}; the model takes ${names.join(", ")}.`,
      });
    }),
  );
}

/** Extents of one sample of the first input, as the file's array has them. @throws UserError "model/no-array" */
export function sampleOf(
  model: Model,
  arrays: ReadonlyMap<string, Tensor>,
  file: string,
): readonly number[] {
  const [first] = inputsFrom(model, arrays, file).values();
  return first?.shape.slice(1) ?? [];
}

/** Extent of the batch that the arrays hold: of their first axis. @throws UserError "model/batch" */
export function batchOf(inputs: ReadonlyMap<string, Tensor>, file: string): number {
  const [first] = inputs.values();
  const batch = first?.shape[0] ?? 1;
  if (batch > 0) return batch;
  throw new UserError("model/batch", `${file} holds an empty batch.`, { where: file });
}

/**
 * An array as an input wants it: floats of any width are converted, integers kept.
 * @throws UserError "data/shape" naming both types
 */
export function fitted(name: string, tensor: Tensor, wanted: TensorType, file: string): Tensor {
  const sameKind = isFloat(tensor.dtype) === isFloat(wanted.dtype);
  if (tensor.shape.join() !== wanted.shape.join() || !sameKind) {
    throw new UserError(
      "data/shape",
      `The array for “${name}” in ${file} is ${showType(tensor)}, but ${showType(wanted)} is needed.`,
      {
        where: file,
        todo: sameKind ? "Check the order of its axes." : `Save it as ${wanted.dtype}.`,
      },
    );
  }
  return isFloat(wanted.dtype) || tensor.dtype === wanted.dtype
    ? tensor
    : fromFloat64(wanted.dtype, tensor.shape, toFloat64(tensor));
}

/** Feeds for every data input of a graph. */
export function feedsOf(
  graph: Graph,
  inputs: ReadonlyMap<string, Tensor>,
  file: string,
): Map<string, Tensor> {
  return new Map(
    dataInputs(graph).map((value) => {
      const name = inputName(value);
      return [name, fitted(name, inputs.get(name)!, value, file)];
    }),
  );
}
