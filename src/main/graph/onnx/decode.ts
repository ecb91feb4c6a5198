/**
 * An ONNX file's bytes as a ModelProto of plain objects. Every length in the file is checked against the bytes
 * there are, so a damaged or hostile file costs no more memory than a fixed multiple of its own size.
 */
import { UserError } from "../../../shared/errors";
import { decodeMessage } from "./message";
import { modelProto, tensorProto, type ModelProto, type TensorProto } from "./schema";
import { WireError } from "./wire";

/**
 * The newest version of the standard's operator set whose meanings the importer knows. From 24 on it added element
 * types, operators, floored remainders of floats, and a mode of SpaceToDepth.
 */
const NEWEST_OPSET = 28;

const EXPORT_ANEW = "Choose an .onnx file, or export the network again.";

/**
 * @param path for messages
 * @throws UserError "onnx/truncated", "onnx/not-onnx", "onnx/opset"
 */
export function decodeModel(bytes: Uint8Array, path: string): ModelProto {
  const model = decode<ModelProto>(bytes, path, "an ONNX model", () =>
    decodeMessage(modelProto, bytes),
  );
  if (model.graph === undefined || model.irVersion < 1) {
    throw new UserError("onnx/not-onnx", `${path} holds no ONNX graph.`, {
      where: path,
      todo: EXPORT_ANEW,
    });
  }
  const version = standardOpset(model);
  if (version < 1 || version > NEWEST_OPSET) {
    throw new UserError(
      "onnx/opset",
      `${path} uses version ${version} of ONNX's operator set; versions 1 to ${NEWEST_OPSET} are supported.`,
      { where: path, todo: "Export it with opset_version=17." },
    );
  }
  return model;
}

/** A TensorProto in a file of its own, as conformance tests keep their inputs and outputs. */
export function decodeTensorProto(bytes: Uint8Array, path: string): TensorProto {
  return decode(bytes, path, "an ONNX tensor", () => decodeMessage(tensorProto, bytes));
}

/** Version of the operators with an empty domain; 0 where the file states none. */
export function standardOpset(model: Pick<ModelProto, "opsetImport">): number {
  return model.opsetImport.find(({ domain }) => isStandard(domain))?.version ?? 0;
}

/** Both spellings of the standard's own domain. */
export function isStandard(domain: string): boolean {
  return domain === "" || domain === "ai.onnx";
}

function decode<T>(bytes: Uint8Array, path: string, what: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    // A model starts with its IR version, a tensor with its dimensions: both fields number 1, of few wire types.
    const plausible = bytes.length > 0 && bytes[0]! >> 3 === 1;
    if (error.truncated && plausible) {
      throw new UserError(
        "onnx/truncated",
        `${path} is cut short or damaged: at byte ${error.offset} of ${bytes.length}, ${error.message}.`,
        { where: path, todo: "Copy or export it again.", cause: error },
      );
    }
    throw new UserError(
      "onnx/not-onnx",
      `${path} is not ${what} (byte ${error.offset}: ${error.message}).`,
      { where: path, todo: EXPORT_ANEW, cause: error },
    );
  }
}
