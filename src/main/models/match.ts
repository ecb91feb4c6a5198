/**
 * Which tensor of a checkpoint belongs to which tensor of an ONNX file. Names decide; a weight that the exporter
 * stored transposed under a name of its own is found by the bias that is added after it, else by its values or
 * its shape where only one fits.
 */
import { basename } from "node:path";
import { UserError } from "../../shared/errors";
import { isFloat, toFloat64, type Tensor } from "../../shared/tensor";
import type { ParameterInput } from "../graph/onnx/import";
import type { OnnxModel } from "../graph/onnx/model";
import type { Checkpoint } from "./checkpoint";

export interface Match {
  /** Name of a value of the file → the checkpoint's name for it, and whether the file has the transpose. */
  readonly inputs: ReadonlyMap<string, ParameterInput>;
  /** Name of a value of the file → what the checkpoint puts there, as the file lays it out. */
  readonly values: ReadonlyMap<string, Tensor>;
}

/** What wrappers put before every name of a state dict. */
const prefixes = ["", "module.", "_orig_mod.", "model.", "net."];

/** Names that exporters make up for what has none in PyTorch. */
const anonymous = /^(onnx::|\/|_?val_|.*constant)/i;

/** @throws UserError "weights/misfit" naming what is missing, left over, or of another shape */
export function matchCheckpoint(model: OnnxModel, checkpoint: Checkpoint): Match {
  const stored = storedTensors(model);
  const prefix = bestPrefix(stored, checkpoint);
  const inputs = new Map<string, ParameterInput>();
  const values = new Map<string, Tensor>();
  const left = new Map<string, Tensor>();
  const misshapen = new Map<string, string>();
  for (const [fullName, tensor] of checkpoint.tensors) {
    const name = fullName.startsWith(prefix) ? fullName.slice(prefix.length) : fullName;
    const target = stored.get(name);
    if (target === undefined) left.set(name, tensor);
    else if (target.shape.join() !== tensor.shape.join()) {
      misshapen.set(
        name,
        `${name} is [${tensor.shape.join(", ")}] instead of [${target.shape.join(", ")}]`,
      );
    } else {
      inputs.set(name, { name, transposed: false });
      values.set(name, tensor);
    }
  }
  const unnamed = new Map(
    [...stored].filter(([name]) => !inputs.has(name) && anonymous.test(name)),
  );
  for (const [name, tensor] of left) {
    const place = transposedPlace(model, unnamed, left, name, tensor);
    if (place === undefined) continue;
    inputs.set(place, { name, transposed: true });
    values.set(place, transpose(tensor));
    unnamed.delete(place);
    left.delete(name);
  }
  const missing = [...stored].flatMap(([name, { shape }]) =>
    inputs.has(name) || misshapen.has(name) || anonymous.test(name) || shape.length === 0
      ? []
      : [name],
  );
  // Counters and index tables that the network does not compute with are in state dicts all the same.
  const extra = [...left].flatMap(([name, { dtype }]) => (isFloat(dtype) ? [name] : []));
  refuse(model, checkpoint, missing, extra, [...misshapen.values()]);
  return { inputs, values };
}

/** Every float tensor of the file, copies under their own names. */
export function storedTensors(model: OnnxModel): Map<string, Tensor> {
  const all = new Map([...model.initializers].filter(([, { dtype }]) => isFloat(dtype)));
  for (const [name, kept] of model.copies) {
    const tensor = all.get(kept);
    if (tensor !== undefined) all.set(name, tensor);
  }
  return all;
}

function bestPrefix(stored: ReadonlyMap<string, Tensor>, { tensors }: Checkpoint): string {
  const hits = (prefix: string): number =>
    [...tensors.keys()].filter(
      (name) => name.startsWith(prefix) && stored.has(name.slice(prefix.length)),
    ).length;
  return prefixes.reduce((best, prefix) => (hits(prefix) > hits(best) ? prefix : best));
}

function transposedPlace(
  model: OnnxModel,
  unnamed: ReadonlyMap<string, Tensor>,
  left: ReadonlyMap<string, Tensor>,
  name: string,
  tensor: Tensor,
): string | undefined {
  if (tensor.shape.length !== 2) return undefined;
  const [rows, columns] = tensor.shape;
  const fits = (
    { shape }: Tensor,
    [n, m]: readonly (number | undefined)[] = [columns, rows],
  ): boolean => shape.length === 2 && shape[0] === n && shape[1] === m;
  const byBias = weightBefore(model, name.replace(/weight$/, "bias"));
  const beside = byBias === undefined ? undefined : unnamed.get(byBias);
  if (byBias !== undefined && beside !== undefined && fits(beside)) return byBias;
  const candidates = [...unnamed].filter(([, each]) => fits(each));
  const wanted = toFloat64(transpose(tensor));
  const equal = candidates.filter(([, each]) => {
    const data = toFloat64(each);
    return wanted.every((x, i) => x === data[i]);
  });
  if (equal.length === 1) return equal[0]![0];
  const rivals = [...left.values()].filter((other) => fits(other, [rows, columns])).length;
  return candidates.length === 1 && rivals === 1 ? candidates[0]![0] : undefined;
}

/** The initializer that a MatMul multiplies by, where its result is the one that `bias` is added to. */
function weightBefore(model: OnnxModel, bias: string): string | undefined {
  const adding = model.nodes.find(({ opType, input }) => opType === "Add" && input.includes(bias));
  const product = model.nodes.find(
    ({ opType, output }) => opType === "MatMul" && adding?.input.includes(output[0]!) === true,
  );
  return product?.input[1];
}

/** A matrix with rows and columns exchanged. */
export function transpose(tensor: Tensor): Tensor {
  const [rows, columns] = tensor.shape as [number, number];
  const data = tensor.data.slice();
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) data[j * rows + i] = tensor.data[i * columns + j]!;
  }
  return { dtype: tensor.dtype, shape: [columns, rows], data };
}

function refuse(
  model: OnnxModel,
  checkpoint: Checkpoint,
  missing: readonly string[],
  extra: readonly string[],
  misshapen: readonly string[],
): void {
  const list = (names: readonly string[]): string =>
    `${names.slice(0, 3).join(", ")}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
  const faults = [
    ...(missing.length > 0 ? [`it lacks ${list(missing)}`] : []),
    ...(extra.length > 0 ? [`the model has no ${list(extra)}`] : []),
    ...(misshapen.length > 0 ? [list(misshapen)] : []),
  ];
  if (faults.length === 0) return;
  throw new UserError(
    "weights/misfit",
    `${checkpoint.path} does not fit ${basename(model.path)}: ${faults.join("; ")}.`,
    {
      where: checkpoint.path,
      todo: "Take the weights of this network, or export it with do_constant_folding=False so that names are kept.",
    },
  );
}
