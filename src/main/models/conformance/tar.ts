/**
 * The files of a gzipped tar archive. POSIX ustar with GNU's and pax's long names, which is what ONNX's test
 * archives and tar programs write. https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html
 */
import { gunzipSync } from "node:zlib";
import { UserError } from "../../../shared/errors";

const BLOCK = 512;
/** Test archives unpack to some ten MB; a small file that claims more is refused before memory is taken. */
const LARGEST = 2 ** 30;

/**
 * Regular files by their path in the archive.
 * @throws UserError "archive/damaged"
 */
export function untar(compressed: Uint8Array, path: string): Map<string, Uint8Array> {
  const damaged = (why: string, cause?: unknown): UserError =>
    new UserError("archive/damaged", `${path} is not a sound .tar.gz archive: ${why}.`, {
      where: path,
      cause,
    });
  let bytes: Uint8Array;
  try {
    bytes = gunzipSync(compressed, { maxOutputLength: LARGEST });
  } catch (error) {
    throw damaged("it cannot be unpacked", error);
  }
  const files = new Map<string, Uint8Array>();
  let longName: string | undefined;
  for (let at = 0; at + BLOCK <= bytes.length;) {
    const header = bytes.subarray(at, at + BLOCK);
    if (header.every((byte) => byte === 0)) break;
    if (octal(header, 148, 8) !== checksum(header))
      throw damaged(`the entry at byte ${at} has a wrong checksum`);
    const size = octal(header, 124, 12);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (!Number.isSafeInteger(size) || content.length !== size) throw damaged("it ends too soon");
    const type = String.fromCharCode(header[156]!);
    if (type === "L") longName = text(content, 0, size);
    else if (type === "x") longName = paxPath(content) ?? longName;
    else {
      const prefix = text(header, 345, 155);
      const name = longName ?? (prefix === "" ? "" : `${prefix}/`) + text(header, 0, 100);
      longName = undefined;
      if (type === "0" || type === "\0") files.set(name, content);
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  if (files.size === 0) throw damaged("it holds no files");
  return files;
}

function text(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

function octal(bytes: Uint8Array, start: number, length: number): number {
  return Number.parseInt(text(bytes, start, length).trim() || "0", 8);
}

/** The sum of the header's bytes, its own field taken as blanks. */
function checksum(header: Uint8Array): number {
  return header.reduce((sum, byte, i) => sum + (i >= 148 && i < 156 ? 0x20 : byte), 0);
}

/** The path in a pax header's records, "length key=value\n". */
function paxPath(content: Uint8Array): string | undefined {
  return /(?:^|\n)\d+ path=([^\n]*)\n/.exec(new TextDecoder().decode(content))?.[1];
}
