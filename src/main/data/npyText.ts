/**
 * Text as NumPy keeps it in .npy files: `<U5`, four bytes a letter (UTF-32), or `|S5`, one; shorter ones end in zeros.
 * In an archive a single one says what the arrays beside it are: `numpy.savez(path, x=…, fields="vector:v")`.
 */
import { MAGIC, paddedHeader } from "./npy";

/** Four bytes are a letter of the one, a letter of the other takes one. */
const header = /'descr'\s*:\s*'([<>|=]?)([US])(\d+)'.*'shape'\s*:\s*\(([\d\s,]*)\)/;

/**
 * What an array of text says: undefined where it is no text, null where it holds several.
 * @param bytes of the whole file, or its beginning
 */
export function textIn(bytes: Uint8Array): string | null | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (buffer.toString("latin1", 0, MAGIC.length) !== MAGIC || buffer.length < 12) return undefined;
  const wide = buffer.readUInt8(6) > 1;
  const start = wide ? 12 : 10;
  const at = start + (wide ? buffer.readUInt32LE(8) : buffer.readUInt16LE(8));
  const found = header.exec(buffer.toString("latin1", start, at));
  if (found === null) return undefined;
  const [, order, kind, letters, shape] = found;
  const single = shape!.split(",").every((extent) => extent.trim() === "" || Number(extent) === 1);
  const size = Number(letters) * (kind === "U" ? 4 : 1);
  if (!single || at + size > buffer.length) return null;
  const content = buffer.subarray(at, at + size);
  if (kind === "S") return content.toString("utf8").replace(/\0+$/, "");
  const codes = Array.from({ length: size / 4 }, (_, i) =>
    order === ">" ? content.readUInt32BE(4 * i) : content.readUInt32LE(4 * i),
  );
  // What is no letter at all cannot be part of a statement.
  if (codes.some((code) => code > 0x10ffff)) return null;
  return String.fromCodePoint(...codes).replace(/\0+$/, "");
}

/** One text as a .npy file, header and content: NumPy loads it as a string. */
export function encodeNpyText(text: string): [header: Uint8Array, data: Uint8Array] {
  const codes = [...text].map((letter) => letter.codePointAt(0)!);
  const content = Buffer.alloc(4 * codes.length);
  codes.forEach((code, i) => content.writeUInt32LE(code, 4 * i));
  const literal = `{'descr': '<U${codes.length}', 'fortran_order': False, 'shape': (), }`;
  return [paddedHeader(literal), content];
}
