/**
 * Waves, phases and reactions: what they keep, and the balances of what they do not. Evans 2010, §2.4 (waves); Rubinstein
 * and Sternberg 1992 (Allen–Cahn of kept mass); the reactions' balances are their equations' integrals.
 */
import type { Physics } from "./catalogue";
import type { Nature, QuantityStatement } from "./quantity";

function of(id: string, formula: string, nature: Nature, rate?: string): QuantityStatement {
  return { id, formula, nature, ...(rate === undefined ? {} : { rate }) };
}

function slopes(formula: string, axes: number): string {
  return ["x", "y", "z"]
    .slice(0, axes)
    .map((axis) => `d${axis}(${formula})^2`)
    .join("+");
}

/** ∫ ε²/2|∇u|² + ¼(u² − 1)², which only falls. */
export function freeEnergy(u: string, axes: number): QuantityStatement {
  const interfaces = axes === 0 ? "" : `epsilon^2*(${slopes(u, axes)})/2+`;
  return of("free-energy", `${interfaces}(${u}^2-1)^2/4`, "decreasing");
}

/** Of data with both fields; with fewer nothing can be said. */
function ofTwo(
  state: (u: string, v: string, axes: number) => QuantityStatement[],
): Physics["quantities"] {
  return ({ scalars: [u, v] }, axes) =>
    u === undefined || v === undefined ? [] : state(u, v, axes);
}

export const patterns: readonly Physics[] = [
  {
    id: "wave",
    label: "Waves, u_t = v, v_t = c²Δu",
    coefficients: { c: 1 },
    quantities: ofTwo((u, v, axes) => [
      of(v, v, "conserved"),
      of("energy", axes === 0 ? `${v}^2/2` : `(${v}^2+c^2*(${slopes(u, axes)}))/2`, "conserved"),
      ...["x", "y", "z"]
        .slice(0, axes)
        .map((axis) => of(`momentum.${axis}`, `-${v}*d${axis}(${u})`, "conserved")),
    ]),
  },
  {
    id: "conservative-allen-cahn",
    label: "Allen–Cahn of kept mass",
    coefficients: { epsilon: 0.01 },
    quantities: ({ scalars }, axes) =>
      scalars.flatMap((u) => [of(u, u, "conserved"), freeEnergy(u, axes)]),
  },
  {
    id: "gray-scott",
    label: "Gray–Scott",
    coefficients: { F: 0.037, k: 0.06 },
    quantities: ofTwo((u, v) => [
      of(u, u, null, `F*(1-${u})-${u}*${v}^2`),
      of(v, v, null, `${u}*${v}^2-(F+k)*${v}`),
    ]),
  },
  {
    id: "fitzhugh-nagumo",
    label: "FitzHugh–Nagumo",
    coefficients: { k: 0.005 },
    quantities: ofTwo((u, v) => [
      of(u, u, null, `${u}-${u}^3-k-${v}`),
      of(v, v, null, `${u}-${v}`),
    ]),
  },
];
