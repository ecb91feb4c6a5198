/** A file, and which of the things in it is meant: `trainer.ckpt::ema`. */

const SEPARATOR = "::";

/** @returns the file, and the part's name, null where none is named */
export function fileChosen(path: string): { file: string; part: string | null } {
  const at = path.lastIndexOf(SEPARATOR);
  // A folder whose name has the separator in it chooses nothing.
  if (at < 1 || /[/\\]/.test(path.slice(at))) return { file: path, part: null };
  return { file: path.slice(0, at), part: path.slice(at + SEPARATOR.length) };
}

/** @param part null for the file itself */
export function withPart(file: string, part: string | null): string {
  return part === null || part === "" ? file : `${file}${SEPARATOR}${part}`;
}
