import * as fc from "fast-check";
import { expect, test } from "vitest";
import { showWithError } from "./uncertainty";

test.each([
  [0.4123456, 3e-6, "0.412 ± 3·10⁻⁶"],
  [0.4123456, 0.02, "0.41 ± 0.02"],
  [-0.4123456, 0.02, "−0.41 ± 0.02"],
  [0.4123456, 0.096, "0.4 ± 0.1"],
  [0.4123456, 0.9, "0.4 ± 0.9"],
  [0.0412, 2, "0.04 ± 2"],
  [1.2345e-7, 4e-9, "1.23·10⁻⁷ ± 4·10⁻⁹"],
  [1.2345e-7, 4e-8, "1.2·10⁻⁷ ± 4·10⁻⁸"],
  [0.4012, 0.02, "0.40 ± 0.02"],
  [0.99999999, 3e-6, "1.00 ± 3·10⁻⁶"],
  [1204.4, 3, "1200 ± 3"],
  [2.0001e-7, 4e-9, "2.00·10⁻⁷ ± 4·10⁻⁹"],
  [0, 1e-8, "0 ± 1·10⁻⁸"],
  [1, 0, "1"],
  [0.5, Infinity, "0.5 ± ∞"],
  [0.5, NaN, "0.5"],
  [0.5, undefined, "0.5"],
  [NaN, 0.1, "–"],
])("%s off by %s reads %s", (value, error, text) => {
  expect(showWithError(value, error)).toBe(text);
});

test("rounds by no more than the error, or by half of the third digit", () => {
  const numbers = { noNaN: true, noDefaultInfinity: true };
  fc.assert(
    fc.property(
      fc.double({ ...numbers, min: 1e-3, max: 1e3 }),
      fc.double({ ...numbers, min: 1e-2, max: 1 }),
      (value, share) => {
        const error = value * share;
        const shown = Number(showWithError(value, error).split(" ")[0]);
        // An error that was rounded down, from 0.149 to 0.1, allows half of its place.
        expect(Math.abs(shown - value)).toBeLessThanOrEqual(Math.max(error, 0.0051 * value));
      },
    ),
  );
});
