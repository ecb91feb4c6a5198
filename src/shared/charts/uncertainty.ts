/** Numbers with what is known of their error: digits end where the error begins. */
import { showNumber } from "./scale";

/** What is shown of a number whose error is smaller still. */
const MOST_DIGITS = 3;

/**
 * "0.412 ± 3·10⁻⁶", "0.41 ± 0.02", "0.4 ± 0.9": no digit that the error leaves open, and no more than three.
 * @param error in the number's units; without one (absent, NaN, 0) the number stands alone
 */
export function showWithError(value: number, error: number | undefined): string {
  if (error === undefined || Number.isNaN(error) || !Number.isFinite(value)) {
    return showNumber(value);
  }
  const shown = showNumber(error, 1);
  if (error === 0) return showNumber(value);
  if (value === 0 || error === Infinity) return `${showNumber(value)} ± ${shown}`;
  // To one digit an error of 0.097 is 0.1, so its decade is that of the rounded one.
  const places = decade(value) - decade(Number(error.toPrecision(1))) + 1;
  // Where the error is larger than all of it, the first digit says no more than the order of magnitude.
  return `${padded(value, Math.min(MOST_DIGITS, Math.max(1, places)))} ± ${shown}`;
}

function decade(value: number): number {
  return Math.floor(Math.log10(Math.abs(value)) + 1e-9);
}

/** The number to so many digits, zeros at the end included, for they are known. */
function padded(value: number, digits: number): string {
  const plain = showNumber(value, digits);
  const [mantissa = "", power] = plain.split("·");
  const given = mantissa.replace(/^[−0.]+/, "").replace(".", "").length;
  const missing = power === undefined && decade(value) >= digits - 1 ? 0 : digits - given;
  if (missing <= 0) return plain;
  const filled = `${mantissa}${mantissa.includes(".") ? "" : "."}${"0".repeat(missing)}`;
  return power === undefined ? filled : `${filled}·${power}`;
}
