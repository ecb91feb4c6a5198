/**
 * Tensors kept beside the model: `location` names a file relative to the model's folder, `offset` and `length`
 * the bytes in it. A location that leaves the folder is refused, whether by its name or through a link, so that
 * a model cannot make the program read other files.
 */
import { closeSync, fstatSync, openSync, readSync, realpathSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative } from "node:path";
import { UserError } from "../../../shared/errors";
import { printable } from "./printable";
import type { TensorProto } from "./schema";
import type { ExternalReader } from "./tensors";

/** Reads the external tensors of the model file at `path`. */
export function externalReader(path: string): ExternalReader {
  const folder = dirname(path);
  return (proto, where) => {
    const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
    const location = entries.get("location") ?? "";
    const file = openInside(folder, location, where);
    try {
      const size = fstatSync(file).size;
      const offset = byteCount(entries.get("offset") ?? "0", "offset", where);
      const length = byteCount(
        entries.get("length") ?? `${Math.max(0, size - offset)}`,
        "length",
        where,
      );
      if (offset + length > size) {
        throw new UserError(
          "onnx/external-data",
          `${where} wants bytes ${offset} to ${offset + length} of ${printable(location)}, which has ${size}.`,
          { where, todo: "Copy both files again." },
        );
      }
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const count = readSync(file, bytes, done, length - done, offset + done);
        if (count === 0)
          throw new UserError("onnx/external-data", `${location} ends too soon.`, { where });
        done += count;
      }
      return bytes;
    } finally {
      closeSync(file);
    }
  };
}

/** For models that came as bytes alone, without a folder. */
export const noExternalData: ExternalReader = (proto: TensorProto, where: string) => {
  const location =
    proto.externalData.find(({ key }) => key === "location")?.value ?? "another file";
  throw new UserError(
    "onnx/external-data",
    `${where} is kept in ${printable(location)}, which is not at hand.`,
    { where },
  );
};

function byteCount(text: string, what: string, where: string): number {
  if (/^\d+$/.test(text)) return Number(text);
  throw new UserError(
    "onnx/external-data",
    `${where} states the ${what} "${printable(text)}", which is no number of bytes.`,
    { where, todo: "Export the network again." },
  );
}

function openInside(folder: string, location: string, where: string): number {
  const outside = (path: string): boolean => {
    const way = relative(folder, path);
    return (
      way === "" ||
      way === ".." ||
      way.startsWith("../") ||
      way.startsWith("..\\") ||
      isAbsolute(way)
    );
  };
  const refuse = (): UserError =>
    new UserError(
      "onnx/external-data",
      `${where} is kept in "${printable(location)}", which is not inside the model's folder.`,
      { where, todo: "Put the data file beside the model." },
    );
  if (location === "" || isAbsolute(location) || outside(join(folder, location))) throw refuse();
  let real: string;
  try {
    real = realpathSync(join(folder, location));
  } catch (error) {
    throw new UserError(
      "onnx/external-data",
      `${where} is kept in ${printable(location)}, which is missing.`,
      {
        where,
        todo: `Put ${printable(location)} beside the model.`,
        cause: error,
      },
    );
  }
  const way = relative(realpathSync(folder), real);
  if (way.startsWith("..") || isAbsolute(way)) throw refuse();
  // Opening a pipe would wait for somebody to write into it.
  if (!statSync(real).isFile()) {
    throw new UserError(
      "onnx/external-data",
      `${where} is kept in ${printable(location)}, which is not a file.`,
      { where, todo: "Copy both files again." },
    );
  }
  return openSync(real, "r");
}
