/**
 * Waves, phases and reactions: what they keep, and the balances of what they do not. Evans 2010, §2.4 (waves); Rubinstein
 * and Sternberg 1992 (Allen–Cahn of kept mass); the reactions' balances are their equations' integrals.
 */
import type { Physics } from "./catalogue";
import { carried, spreadingFlux, waveFluxes } from "./fluxes";
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

/**
 * ∫ ε²/2|∇u|² + ¼(u² − 1)², which only falls: by ∫u_t², and by what −ε²(u_t + m)∇u carries through walls, m being what
 * is added everywhere where mass is kept: the mean of u³ − u.
 */
export function freeEnergy(u: string, axes: number, keepsMass = false): QuantityStatement {
  const interfaces = axes === 0 ? "" : `epsilon^2*(${slopes(u, axes)})/2+`;
  const along = ["x", "y", "z"].slice(0, axes);
  const laplacian = along.map((axis) => `+epsilon^2*d${axis}(d${axis}(${u}))`).join("");
  const reaction = `${u}-${u}^3${laplacian}`;
  const speed = keepsMass ? `(${reaction}-mean(${u}-${u}^3))` : `(${reaction})`;
  const statement = of("free-energy", `${interfaces}(${u}^2-1)^2/4`, "decreasing", `-${speed}^2`);
  const driven = keepsMass ? `(${reaction}-2*mean(${u}-${u}^3))` : speed;
  const flux = along.map((axis) => `-epsilon^2*${driven}*d${axis}(${u})`);
  return axes === 0 ? statement : { ...statement, flux };
}

/** Of data with both fields; with fewer nothing can be said. */
function ofTwo(
  state: (u: string, v: string, axes: number) => QuantityStatement[],
): Physics["quantities"] {
  return ({ scalars: [u, v] }, axes) =>
    u === undefined || v === undefined ? [] : state(u, v, axes);
}

/** Of fields that spread with diffusivities Du and Dv. */
function spreading(
  u: string,
  v: string,
  axes: number,
  statements: readonly QuantityStatement[],
): QuantityStatement[] {
  return carried(statements, axes, {
    [u]: spreadingFlux(u, "Du", axes),
    [v]: spreadingFlux(v, "Dv", axes),
  });
}

export const patterns: readonly Physics[] = [
  {
    id: "wave",
    label: "Waves, u_t = v, v_t = c²Δu",
    coefficients: { c: 1 },
    quantities: ofTwo((u, v, axes) =>
      carried(
        [
          of(v, v, "conserved"),
          of(
            "energy",
            axes === 0 ? `${v}^2/2` : `(${v}^2+c^2*(${slopes(u, axes)}))/2`,
            "conserved",
          ),
          ...["x", "y", "z"]
            .slice(0, axes)
            .map((axis) => of(`momentum.${axis}`, `-${v}*d${axis}(${u})`, "conserved")),
        ],
        axes,
        waveFluxes(u, v, axes),
      ),
    ),
  },
  {
    id: "conservative-allen-cahn",
    label: "Allen–Cahn of kept mass",
    coefficients: { epsilon: 0.01 },
    quantities: ({ scalars }, axes) =>
      scalars.flatMap((u) => [
        ...carried([of(u, u, "conserved")], axes, { [u]: spreadingFlux(u, "epsilon^2", axes) }),
        freeEnergy(u, axes, true),
      ]),
  },
  {
    id: "gray-scott",
    label: "Gray–Scott",
    coefficients: { F: 0.037, k: 0.06 },
    quantities: ofTwo((u, v, axes) =>
      spreading(u, v, axes, [
        of(u, u, null, `F*(1-${u})-${u}*${v}^2`),
        of(v, v, null, `${u}*${v}^2-(F+k)*${v}`),
      ]),
    ),
  },
  {
    id: "fitzhugh-nagumo",
    label: "FitzHugh–Nagumo",
    coefficients: { k: 0.005 },
    quantities: ofTwo((u, v, axes) =>
      spreading(u, v, axes, [of(u, u, null, `${u}-${u}^3-k-${v}`), of(v, v, null, `${u}-${v}`)]),
    ),
  },
];
