/** Names and numbers of formulas in TeX: Greek letters, subscripts, powers of ten. */

/** Spelled out as people type them; their own letters pass as they are. */
const greek = new Set(
  "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Phi Psi Omega".split(
    " ",
  ),
);

/** A name of any signs, as TeX's text shows it; a file may call its channels anything. */
export function textOf(name: string): string {
  return name.replaceAll(/[\\^~]/g, " ").replaceAll(/[{}$&#%_]/g, String.raw`\$&`);
}

/** A letter, a Greek one, or a word upright. */
function symbol(name: string): string {
  if (greek.has(name)) return name === "epsilon" ? String.raw`\varepsilon` : `\\${name}`;
  const plain = textOf(name);
  // Letters with accents have no place in TeX's formulas, only in its text.
  if (!/^[\p{Script=Greek}\w]+$/u.test(name)) return String.raw`\text{${plain}}`;
  return [...name].length === 1 ? name : String.raw`\mathrm{${plain}}`;
}

/**
 * A name as it is typed: `vx`, `v_x` and `v.x` are v with the index x, `u0` has the index 0, `rho` is ρ, a longer word stands
 * upright.
 */
export function texOfName(name: string): string {
  const [, base, index] =
    /^(.+)\.([xyz]{1,2})$/u.exec(name) ??
    /^(\p{L}+?)_(.+)$/u.exec(name) ??
    /^(\p{L})([xyz])$/u.exec(name) ??
    /^(\p{L}+)(\d+)$/u.exec(name) ??
    [];
  return base === undefined || index === undefined
    ? symbol(name)
    : `${symbol(base)}_{${/^\d+$/.test(index) ? index : symbol(index)}}`;
}

/** @param text of a number without its sign: 0.5, 1e-3, pi */
export function texOfNumber(text: string): string {
  if (text === "pi") return String.raw`\pi`;
  const [, mantissa = text, exponent] = /^([\d.]+)e([+-]?\d+)$/i.exec(text) ?? [];
  if (exponent === undefined) return mantissa;
  const power = `10^{${Number(exponent)}}`;
  return Number(mantissa) === 1 ? power : String.raw`${mantissa}\cdot ${power}`;
}

/** A number that was computed, rounded for people. @param digits that count */
export function texOfValue(value: number, digits = 3): string {
  if (!Number.isFinite(value))
    return Number.isNaN(value) ? "?" : value > 0 ? String.raw`\infty` : String.raw`-\infty`;
  const rounded = Number(value.toPrecision(digits));
  const text = String(Math.abs(rounded));
  return `${rounded < 0 ? "-" : ""}${texOfNumber(text)}`;
}
