/** Text from a file as sentences show it: on one line, and no longer than anyone reads. */

/** Control characters become spaces; beyond `longest` characters it is cut. */
export function printable(text: string, longest = 200): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}
