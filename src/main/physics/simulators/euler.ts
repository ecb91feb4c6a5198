/**
 * The compressible Euler equations of an ideal gas on a square, by finite volumes: states are averages over cells, so mass,
 * momentum and energy are kept to rounding on a periodic box. MUSCL with HLLC in space, Heun's method in time, which is
 * strong-stability-preserving (Shu and Osher 1988, J. Comput. Phys. 77): of second order where the flow is smooth.
 */
import { UserError } from "../../../shared/errors";
import { gasStart, gasStartChoice } from "./gasStarts";
import { pressureOf } from "./hllc";
import { onPlane, scaling } from "./motions";
import { gasRates, type GasGrid } from "./muscl";
import { box, coefficient, courant, start } from "./parameters";
import { boundaryOf, simulator, type Coefficients, type Evolution } from "./simulator";
import { substeps } from "./substeps";

const fields = "density:rho,vector:v,scalar:p";

export const euler = simulator({
  id: "euler",
  title: "Compressible Euler",
  equation: "ρ_t + ∇·(ρv) = 0, (ρv)_t + ∇·(ρv⊗v) + ∇p = 0, E_t + ∇·((E + p)v) = 0",
  tex: [
    String.raw`\partial_t \rho + \nabla\cdot(\rho v) = 0`,
    String.raw`\partial_t(\rho v) + \nabla\cdot(\rho\,v\otimes v) + \nabla p = 0`,
    String.raw`\partial_t E + \nabla\cdot\bigl((E + p)\,v\bigr) = 0`,
  ],
  physics: "euler",
  fields,
  axes: 2,
  parameters: {
    gamma: coefficient("Heat ratio γ", "Of the specific heats: 1.4 for air.", 1.4, 1.0001, 10),
    ...box(1, 0.05),
    patches: {
      ...coefficient("Patches", "A side, of the Riemann problems.", 2, 1, 64),
    },
    waves: start.waves,
    anisotropy: start.anisotropy,
    amplitude: {
      ...start.amplitude,
      help: "Of the starts “waves” and “gaussians”: speed, and logarithms of density and pressure.",
      default: 0.2,
    },
    // Half a cell for the sum of both axes is as far as the limiter keeps densities positive.
    courant: courant(0.4, 0.5),
  },
  choices: {
    start: gasStartChoice,
    boundary: {
      kind: "choice",
      label: "Boundary",
      help: "Periodic, or open: what reaches the edge flows out.",
      default: "periodic",
      options: [
        { value: "periodic", label: "Periodic" },
        { value: "open", label: "Open, outflow" },
      ],
    },
  },
  presets: {
    curved: { start: "curved" },
    interfaces: { start: "interfaces" },
    vortices: { start: "gaussians", amplitude: 0.1 },
    shear: { start: "shear" },
    smooth: { start: "waves" },
    diagonal: { start: "waves", anisotropy: 0.9 },
  },
  size: 64,
  cells: true,
  shape: (size) => [4, size, size],
  symmetry: (size, _, choices) =>
    onPlane(
      "d4",
      size,
      fields,
      boundaryOf(choices) === "periodic",
      scaling("density times 1.7", [1.7, 1, 1, 1.7]),
    ),
  initial: (random, size, { amplitude = 0.2, patches = 2, gamma = 1.4, ...options }, choices) =>
    gasStart(random, checked(size), choices["start"] ?? "riemann", {
      ...options,
      amplitude,
      patches: Math.round(patches),
      gamma,
    }),
  evolve,
});

function checked(size: number): number {
  if (Number.isInteger(size) && size >= 8) return size;
  throw new UserError("simulate/size", `${size} cells a side are too few for slopes and waves.`, {
    where: "size",
    todo: "Choose 8 or more.",
  });
}

function evolve(
  state: Float64Array,
  size: number,
  { gamma = 1.4, length = 1, dt = 0.05, courant: number = 0.4 }: Coefficients,
  choices: Readonly<Record<string, string>>,
): Evolution {
  const width = length / checked(size);
  const grid: GasGrid = { size, width, gamma, periodic: boundaryOf(choices) === "periodic" };
  const gas = conserved(state, gamma);
  const [rate, stage, rateThere] = [gas.slice(), gas.slice(), gas.slice()];
  const limit = (): number => (number * width) / fastest(gas, gamma);
  let time = 0;
  return {
    substeps: substeps(dt, limit()),
    state: () => primitive(gas, gamma),
    advance() {
      for (let left = dt; left > 0;) {
        // The rest in equal parts, so that no step is a sliver.
        const step = left / substeps(left, limit());
        gasRates(gas, grid, rate);
        for (let i = 0; i < gas.length; i++) stage[i] = gas[i]! + step * rate[i]!;
        assertGas(stage, gamma, time);
        gasRates(stage, grid, rateThere);
        for (let i = 0; i < gas.length; i++) {
          gas[i]! += (step / 2) * (rate[i]! + rateThere[i]!);
        }
        assertGas(gas, gamma, time);
        time += step;
        left = left - step > 1e-12 * dt ? left - step : 0;
      }
    },
  };
}

/** |vx| + |vy| + 2c at its largest. */
function fastest(gas: Float64Array, gamma: number): number {
  const plane = gas.length / 4;
  let most = 0;
  for (let i = 0; i < plane; i++) {
    const rho = gas[i]!;
    const sound = Math.sqrt((gamma * pressureOf(gas, i, plane, gamma)) / rho);
    const flow = (Math.abs(gas[plane + i]!) + Math.abs(gas[2 * plane + i]!)) / rho;
    most = Math.max(most, flow + 2 * sound);
  }
  return most;
}

/** @throws UserError "simulate/vacuum" */
function assertGas(gas: Float64Array, gamma: number, time: number): void {
  const plane = gas.length / 4;
  for (let i = 0; i < plane; i++) {
    // Also false for NaN.
    if (gas[i]! > 0 && pressureOf(gas, i, plane, gamma) > 0) continue;
    throw new UserError(
      "simulate/vacuum",
      `The gas has no positive density and pressure any more at time ${time.toPrecision(3)}.`,
      { where: "courant", todo: "Take a Courant number of 0.2 or less, or a calmer start." },
    );
  }
}

/** ρ, m, E from ρ, v, p. @throws UserError "simulate/vacuum" */
function conserved(state: Float64Array, gamma: number): Float64Array {
  const plane = state.length / 4;
  const out = state.slice();
  for (let i = 0; i < plane; i++) {
    const [rho, u, v, p] = [0, 1, 2, 3].map((c) => state[c * plane + i]!) as [number, number, number, number]; // prettier-ignore
    out[plane + i] = rho * u;
    out[2 * plane + i] = rho * v;
    out[3 * plane + i] = p / (gamma - 1) + (rho * (u * u + v * v)) / 2;
  }
  assertGas(out, gamma, 0);
  return out;
}

function primitive(gas: Float64Array, gamma: number): Float64Array {
  const plane = gas.length / 4;
  const out = gas.slice();
  for (let i = 0; i < plane; i++) {
    out[plane + i]! /= gas[i]!;
    out[2 * plane + i]! /= gas[i]!;
    out[3 * plane + i] = pressureOf(gas, i, plane, gamma);
  }
  return out;
}
