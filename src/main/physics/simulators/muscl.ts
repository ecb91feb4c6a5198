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
  /** [cell, 4] */
  readonly #cells: Gas;
  readonly #low: Gas;
  readonly #high: Gas;
  readonly #flux = new Float64Array(4);

  constructor(grid: GasGrid) {
    this.#grid = grid;
    const length = 4 * (grid.size + 2 * GHOSTS);
    this.#cells = new Float64Array(length);
    this.#low = new Float64Array(length);
    this.#high = new Float64Array(length);
  }

  /** Adds what the fluxes along that line make of its cells. */
  add(gas: Float64Array, axis: 0 | 1, row: number, out: Float64Array): void {
    const { size, width, gamma, periodic } = this.#grid;
    const plane = size * size;
    const at = (cell: number): number => (axis === 0 ? row * size + cell : cell * size + row);
    const channels = axis === 0 ? [0, 1, 2, 3] : [0, 2, 1, 3];
    for (let i = -GHOSTS; i < size + GHOSTS; i++) {
      const cell = periodic ? (i + size) % size : Math.min(size - 1, Math.max(0, i));
      for (let c = 0; c < 4; c++) {
        this.#cells[4 * (i + GHOSTS) + c] = gas[channels[c]! * plane + at(cell)]!;
      }
    }
    for (let i = 1; i < size + 2 * GHOSTS - 1; i++) this.#reconstruct(i);
    for (let face = 0; face <= size; face++) {
      const below = face + GHOSTS - 1;
      const left = this.#high.subarray(4 * below, 4 * below + 4);
      const right = this.#low.subarray(4 * below + 4, 4 * below + 8);
      hllc(left, right, gamma, this.#flux);
      for (let c = 0; c < 4; c++) {
        const change = this.#flux[c]! / width;
        const channel = channels[c]! * plane;
        if (face > 0) out[channel + at(face - 1)]! -= change;
        if (face < size) out[channel + at(face)]! += change;
      }
    }
  }

  /** States at both faces of cell i: slopes of ρ, v and p are limited, and turned into those of what is conserved. */
  #reconstruct(i: number): void {
    const { gamma } = this.#grid;
    const cells = this.#cells;
    const o = 4 * i;
    const density = (k: number): number => cells[4 * k]!;
    const velocity = (k: number, c: number): number => cells[4 * k + c]! / cells[4 * k]!;
    const pressure = (k: number): number => pressureOf(cells, 4 * k, 1, gamma);
    const slope = (of: (k: number) => number): number => {
      const middle = of(i);
      return limited(middle - of(i - 1), of(i + 1) - middle);
    };
    const [u, v] = [velocity(i, 1), velocity(i, 2)];
    const drho = slope(density);
    const du = slope((k) => velocity(k, 1));
    const dv = slope((k) => velocity(k, 2));
    const dp = slope(pressure);
    const rho = density(i);
    const change = [
      drho,
      u * drho + rho * du,
      v * drho + rho * dv,
      dp / (gamma - 1) + ((u * u + v * v) / 2) * drho + rho * (u * du + v * dv),
    ];
    const least = LEAST * pressure(i);
    for (let share = 0.5; ; share = share < 1e-3 ? 0 : share / 2) {
      for (let c = 0; c < 4; c++) {
        this.#low[o + c] = cells[o + c]! - share * change[c]!;
        this.#high[o + c] = cells[o + c]! + share * change[c]!;
      }
      if (share === 0) return;
      if (this.#low[o]! < LEAST * rho || this.#high[o]! < LEAST * rho) continue;
      const low = pressureOf(this.#low, o, 1, gamma);
      const high = pressureOf(this.#high, o, 1, gamma);
      if (low >= least && high >= least) return;
    }
  }
}

/** Monotonised central: the mean of both differences, at most twice the smaller, 0 at extrema. */
function limited(before: number, after: number): number {
  if (before * after <= 0) return 0;
  const size = Math.min(Math.abs(before + after) / 2, 2 * Math.abs(before), 2 * Math.abs(after));
  return before > 0 ? size : -size;
}
