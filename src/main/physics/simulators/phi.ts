/**
 * The functions φ₁(z) = (e^z − 1)/z, φ₂(z) = (e^z − 1 − z)/z², φ₃(z) = (e^z − 1 − z − z²/2)/z³ of exponential integrators, of
 * complex z. The formulas cancel near 0, where the series φ₃ = Σ z^j/(j + 3)! takes over.
 */

export type Complex = readonly [real: number, imaginary: number];

export function times([a, b]: Complex, [c, d]: Complex): Complex {
  return [a * c - b * d, a * d + b * c];
}

export function plus([a, b]: Complex, [c, d]: Complex): Complex {
  return [a + c, b + d];
}

export function exponential([a, b]: Complex): Complex {
  return [Math.exp(a) * Math.cos(b), Math.exp(a) * Math.sin(b)];
}

function over([a, b]: Complex, [c, d]: Complex): Complex {
  const square = c * c + d * d;
  return [(a * c + b * d) / square, (b * c - a * d) / square];
}

/** Within it three cancellations cost more than a digit each; the series needs 24 terms to reach rounding. */
const RADIUS = 2;
const TERMS = 24;

/** φ₁, φ₂ and φ₃ to rounding. */
export function phi(z: Complex): readonly [Complex, Complex, Complex] {
  if (z[0] ** 2 + z[1] ** 2 > RADIUS ** 2) {
    const one = over(plus(exponential(z), [-1, 0]), z);
    const two = over(plus(one, [-1, 0]), z);
    return [one, two, over(plus(two, [-0.5, 0]), z)];
  }
  // By Horner's rule: 1/3! (1 + z/4 (1 + z/5 (…))).
  let three: Complex = [1, 0];
  for (let j = TERMS; j > 3; j--) three = plus([1, 0], times([z[0] / j, z[1] / j], three));
  three = [three[0] / 6, three[1] / 6];
  const two = plus([0.5, 0], times(z, three));
  return [plus([1, 0], times(z, two)), two, three];
}
