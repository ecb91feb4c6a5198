/**
 * What may be asked of a vector that is called so. A flow carries; of other vectors nothing says that they carry anything,
 * nor that they are free of divergence rather than of curl; a magnetic field has no sources.
 */

export type Meaning = "flow" | "magnetic" | "other";

const MAGNETIC = /^(b|h|magnetic.*)$/i;
const OTHER = /^(e|d|f|g|a|electric.*|grad.*|.*gradient|∇.*|force.*|accel.*|disp.*)$/i;

export function meaningOf(name: string): Meaning {
  if (MAGNETIC.test(name)) return "magnetic";
  return OTHER.test(name) ? "other" : "flow";
}
