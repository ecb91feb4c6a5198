/**
 * d/dt of the cell averages of a gas on a square grid: piecewise linear states in each cell, of limited slopes (van Leer
 * 1979, J. Comput. Phys. 32), and HLLC's fluxes between them along both axes at once. Both face states of a cell have its
 * average as their mean and are drawn back to it until their pressures are positive (Zhang and Shu 2010, J. Comput. Phys.
 * 229), which keeps all averages positive at Courant numbers up to ½.
 */
import { hllc, pressureOf, type Gas } from "./hllc";

export interface GasGrid {
  /** Cells a side. */
  readonly size: number;
  /** Side of a cell. */
  readonly width: number;
  readonly gamma: number;
  readonly periodic: boolean;
}

/** Cells beyond either end of a line that its fluxes ask for. */
const GHOSTS = 2;
/** Share of its average that a face state keeps of density and pressure. */
const LEAST = 1e-3;

/** @param gas ρ, m_x, m_y, E, [n, n] each @param out the same, is written */
export function gasRates(gas: Float64Array, grid: GasGrid, out: Float64Array): void {
  out.fill(0);
  const line = new Line(grid);
  for (const axis of [0, 1] as const) {
    for (let row = 0; row < grid.size; row++) line.add(gas, axis, row, out);
  }
}

/** One row or column with its ghost cells, normal momentum first. */
class Line {
  readonly #grid: GasGrid;
  /** [cell, 4], averages of what is conserved. */
  readonly #cells: Gas;
  /** [cell, 4], ρ, both velocities, p. */
  readonly #primitive: Float64Array;
  /** States at the faces of each cell. */
  readonly #low: Gas;
  readonly #high: Gas;
  readonly #flux: Gas = new Float64Array(4);

  constructor(grid: GasGrid) {
    this.#grid = grid;
    const length = 4 * (grid.size + 2 * GHOSTS);
    this.#cells = new Float64Array(length);
    this.#primitive = new Float64Array(length);
    this.#low = new Float64Array(length);
    this.#high = new Float64Array(length);
  }

  /** Adds what the fluxes along that line make of its cells. */
  add(gas: Float64Array, axis: 0 | 1, row: number, out: Float64Array): void {
    const { size, width, gamma } = this.#grid;
    const plane = size * size;
    const [first, step] = axis === 0 ? [row * size, 1] : [row, size];
    const normal = (axis === 0 ? 1 : 2) * plane;
    const tangential = (axis === 0 ? 2 : 1) * plane;
    this.#fill(gas, first, step, normal, tangential);
    for (let i = 1; i < size + 2 * GHOSTS - 1; i++) this.#reconstruct(4 * i);
    const flux = this.#flux;
    for (let face = 0; face <= size; face++) {
      const below = 4 * (face + GHOSTS - 1);
      hllc(this.#high, below, this.#low, below + 4, gamma, flux);
      const at = first + face * step;
      if (face > 0) {
        out[at - step]! -= flux[0]! / width;
        out[normal + at - step]! -= flux[1]! / width;
        out[tangential + at - step]! -= flux[2]! / width;
        out[3 * plane + at - step]! -= flux[3]! / width;
      }
      if (face < size) {
        out[at]! += flux[0]! / width;
        out[normal + at]! += flux[1]! / width;
        out[tangential + at]! += flux[2]! / width;
        out[3 * plane + at]! += flux[3]! / width;
      }
    }
  }

  #fill(gas: Float64Array, first: number, step: number, normal: number, tangential: number): void {
    const { size, gamma, periodic } = this.#grid;
    const plane = size * size;
    const [cells, primitive] = [this.#cells, this.#primitive];
    for (let i = 0; i < size + 2 * GHOSTS; i++) {
      const j = i - GHOSTS;
      const cell = periodic ? (j + size) % size : Math.min(size - 1, Math.max(0, j));
      const at = first + cell * step;
      const o = 4 * i;
      const rho = gas[at]!;
      cells[o] = primitive[o] = rho;
      cells[o + 1] = gas[normal + at]!;
      cells[o + 2] = gas[tangential + at]!;
      cells[o + 3] = gas[3 * plane + at]!;
      primitive[o + 1] = cells[o + 1]! / rho;
      primitive[o + 2] = cells[o + 2]! / rho;
      primitive[o + 3] = pressureOf(cells, o, 1, gamma);
    }
  }

  /** States at both faces of the cell at `o`: slopes of ρ, v and p are limited, and turned into those of what is conserved. */
  #reconstruct(o: number): void {
    const { gamma } = this.#grid;
    const [cells, w, low, high] = [this.#cells, this.#primitive, this.#low, this.#high];
    const drho = limited(w[o]! - w[o - 4]!, w[o + 4]! - w[o]!);
    const du = limited(w[o + 1]! - w[o - 3]!, w[o + 5]! - w[o + 1]!);
    const dv = limited(w[o + 2]! - w[o - 2]!, w[o + 6]! - w[o + 2]!);
    const dp = limited(w[o + 3]! - w[o - 1]!, w[o + 7]! - w[o + 3]!);
    const rho = w[o]!;
    const u = w[o + 1]!;
    const v = w[o + 2]!;
    const dm = u * drho + rho * du;
    const dn = v * drho + rho * dv;
    const denergy = dp / (gamma - 1) + ((u * u + v * v) / 2) * drho + rho * (u * du + v * dv);
    const least = LEAST * w[o + 3]!;
    for (let share = 0.5; ; share = share < 1e-3 ? 0 : share / 2) {
      low[o] = cells[o]! - share * drho;
      low[o + 1] = cells[o + 1]! - share * dm;
      low[o + 2] = cells[o + 2]! - share * dn;
      low[o + 3] = cells[o + 3]! - share * denergy;
      high[o] = cells[o]! + share * drho;
      high[o + 1] = cells[o + 1]! + share * dm;
      high[o + 2] = cells[o + 2]! + share * dn;
      high[o + 3] = cells[o + 3]! + share * denergy;
      const positive =
        Math.min(low[o]!, high[o]!) >= LEAST * rho &&
        pressureOf(low, o, 1, gamma) >= least &&
        pressureOf(high, o, 1, gamma) >= least;
      if (positive || share === 0) return;
    }
  }
}

/** Monotonised central: the mean of both differences, at most twice the smaller, 0 at extrema. */
function limited(before: number, after: number): number {
  if (before * after <= 0) return 0;
  const size = Math.min(Math.abs(before + after) / 2, 2 * Math.abs(before), 2 * Math.abs(after));
  return before > 0 ? size : -size;
}
