/** A network as a graph in ONNX's form: read from an .onnx file, or made from weights whose network is known. */
import { fileChosen } from "../../shared/chosenPart";
import { UserError } from "../../shared/errors";
import { openFile } from "../data/byteSource";
import { fileKind, kindNames, type FileKind } from "../data/fileKind";
import { openError } from "../data/openError";
import { openOnnx, parseOnnx, type OnnxModel } from "../graph/onnx/model";
import { openOperator, type BuiltFno } from "./fourier/file";

export interface Network {
  readonly onnx: OnnxModel;
  /** Where weights alone leave the grid open: its axes, and the same network on another grid. */
  readonly open: { readonly axes: readonly string[]; readonly elsewhere: OnnxModel } | null;
  readonly remarks: readonly string[];
}

/**
 * @param sample extents of one sample of the first input, without its batch
 * @throws UserError "file/…", "model/format" naming what else the file is, or what in it is damaged or unsupported
 */
export async function openNetwork(path: string, sample?: readonly number[]): Promise<Network> {
  try {
    return { onnx: await openOnnx(path), open: null, remarks: [] };
  } catch (error) {
    const kind = await kindOf(path);
    if (kind === "torch" || kind === "pickle" || kind === "safetensors") {
      const made = await operatorNetwork(path, sample);
      if (made !== undefined) return made;
    }
    throw await explained(error, path, kind);
  }
}

async function operatorNetwork(
  path: string,
  sample: readonly number[] | undefined,
): Promise<Network | undefined> {
  const operator = await openOperator(path).catch((error: unknown) => {
    if (error instanceof UserError && error.code === "fno/unknown") return undefined;
    throw error;
  });
  if (operator === undefined) return undefined;
  const read = ({ bytes }: BuiltFno): OnnxModel => parseOnnx(bytes, path);
  if (sample !== undefined) {
    const [channels, ...points] = sample;
    const built = operator.build({ points, ends: null, ...(channels && { channels }) });
    return { onnx: read(built), open: null, remarks: built.remarks };
  }
  const { points } = operator;
  const axes = ["z", "y", "x"].slice(3 - points.length);
  const built = operator.build({ points, ends: null });
  const elsewhere = operator.build({ points: points.map((count) => 2 * count), ends: null });
  return { onnx: read(built), open: { axes, elsewhere: read(elsewhere) }, remarks: built.remarks };
}

/** undefined where nothing is recognised, or nothing can be read. */
async function kindOf(path: string): Promise<FileKind | undefined> {
  try {
    const source = await openFile(fileChosen(path).file);
    return await fileKind(source).finally(() => source.close());
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Why a file is no model, in terms of what it is. */
async function explained(
  error: unknown,
  path: string,
  kind: FileKind | undefined,
): Promise<unknown> {
  if (!(error instanceof UserError) || !error.code.startsWith("onnx/")) {
    return openError(error, path, [".onnx"]);
  }
  if (kind === undefined || kind === "onnx") return error;
  return new UserError("model/format", `${path} is ${kindNames[kind]}, not an ONNX model.`, {
    where: path,
    todo: remedies[kind] ?? "Models are .onnx files, as noetherscope_export.py writes them.",
  });
}

const asData = "Give it as the data (--data on the command line); the model is an .onnx file.";
const asWeights =
  "Give it as the weights (--weights on the command line) of an .onnx file of the network, which noetherscope_export.py or torch.onnx.export writes.";
const remedies: Readonly<Partial<Record<FileKind, string>>> = {
  npy: asData,
  zip: asData,
  hdf5: asData,
  torch: asWeights,
  pickle: asWeights,
  safetensors: asWeights,
};
