/** What a file is, told from its first bytes, so that a wrong file is called by its name. */
import { extname } from "node:path";
import type { ByteSource } from "./byteSource";

export type FileKind =
  | "npy"
  | "zip"
  | "torch"
  | "hdf5"
  | "netcdf3"
  | "netcdf4"
  | "onnx"
  | "safetensors"
  | "pickle"
  | "matlab"
  | "matlab7"
  | "image"
  | "pdf"
  | "packed"
  | "pointer"
  | "page"
  | "text";

/** As sentences call them. */
export const kindNames: Readonly<Record<FileKind, string>> = {
  npy: "a NumPy array",
  zip: "a zip archive, as .npz files are",
  torch: "a PyTorch checkpoint, weights without their network",
  hdf5: "an HDF5 file",
  netcdf3: "a NetCDF file of version 3",
  netcdf4: "a NetCDF file",
  onnx: "an ONNX model",
  safetensors: "a safetensors file, weights without their network",
  pickle: "a Python pickle",
  matlab: "a MATLAB file older than version 7.3",
  matlab7: "a MATLAB file",
  image: "a picture",
  pdf: "a PDF",
  packed: "a compressed file or an archive",
  pointer: "a pointer of Git LFS, in the place of the file itself",
  page: "a web page",
  text: "a text file",
};

/** Enough for every signature, and for the first name in a zip archive. */
const PREFIX = 320;

/* eslint-disable no-control-regex -- signatures are bytes, of which many are control characters */
/** Beginnings in Latin-1, from the formats' own specifications. */
const signatures: readonly (readonly [RegExp, FileKind])[] = [
  [/^\x93NUMPY/, "npy"],
  // torch.save names the first entry <archive>/data.pkl, or .data in newer versions.
  [/^PK\x03\x04.{26}[^/]*\/(data\.pkl|\.?data\/|\.format_version|byteorder)/s, "torch"],
  [/^PK\x03\x04|^PK\x05\x06/, "zip"],
  [/^\x89HDF\r\n/, "hdf5"],
  [/^CDF[\x01\x02\x05]/, "netcdf3"],
  [/^MATLAB 7\.3/, "matlab7"],
  [/^MATLAB 5\.0/, "matlab"],
  [/^\x89PNG|^\xff\xd8\xff|^GIF8/, "image"],
  [/^%PDF-/, "pdf"],
  [/^version https:\/\/git-lfs/, "pointer"],
  [/^\s*<(!doctype html|html)\b/i, "page"],
  // A length in eight bytes, then a JSON object.
  [/^.{5}\0\0\0\{\s*["}]/s, "safetensors"],
  [/^\x80[\x02-\x05]/, "pickle"],
  // ModelProto: ir_version (field 1, a varint), then the producer's name, version or the graph.
  [/^\x08[\x01-\x1f][\x12\x1a\x22\x2a\x32\x3a\x42]/, "onnx"],
  // gzip, bzip2, xz, Zstandard, 7-Zip; tar names itself behind its first entry's description.
  [/^\x1f\x8b|^BZh\d|^\xfd7zXZ|^\x28\xb5\x2f\xfd|^7z\xbc\xaf|^.{257}ustar/s, "packed"],
];
/* eslint-enable no-control-regex */

/** HDF5 may begin after a block of someone else's, of 512 bytes or a power of two times as many. */
async function hasUserBlock(source: ByteSource): Promise<boolean> {
  for (let at = 512; at + 8 <= source.size && at <= 1 << 16; at *= 2) {
    const bytes = await source.read(at, 8);
    if (Buffer.from(bytes).toString("latin1") === "\x89HDF\r\n\x1a\n") return true;
  }
  return false;
}

/** undefined where nothing is recognised: a raw array, a damaged file, an empty one. */
export async function fileKind(source: ByteSource): Promise<FileKind | undefined> {
  const bytes = await source.read(0, Math.min(PREFIX, source.size));
  const text = Buffer.from(bytes).toString("latin1");
  const first = signatures.find(([pattern]) => pattern.test(text))?.[1];
  const found = first ?? ((await hasUserBlock(source)) ? "hdf5" : undefined);
  if (found === "hdf5" && [".nc", ".nc4", ".cdf"].includes(extname(source.path).toLowerCase())) {
    return "netcdf4";
  }
  return found ?? (/^[\t\n\r\x20-\x7e]{8,}$/.test(text) ? "text" : undefined);
}
