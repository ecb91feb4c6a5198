import { describe, expect, test } from "vitest";
import { randomFrom } from "../../../src/shared/random";
import { Solver } from "./jets";

const flow = { size: 32, viscosity: 2e-3, dt: 0.1, substeps: 10 };

describe("the example's flow", () => {
  test("a Taylor–Green vortex decays as exp(−2νk²t)", () => {
    const { size, viscosity, dt } = flow;
    const k = 2 * Math.PI;
    const vortex = Float64Array.from(
      { length: size * size },
      (_, i) => Math.cos((k * (i % size)) / size) * Math.cos((k * Math.floor(i / size)) / size),
    );
    const later = new Solver(flow).advance(vortex);
    const decay = Math.exp(-2 * viscosity * k * k * dt);
    // Its advection term vanishes, so only Runge–Kutta's error of the decay is left: (2νk²h)⁵ ≈ 1e-14.
    for (let i = 0; i < vortex.length; i++) expect(later[i]).toBeCloseTo(decay * vortex[i]!, 12);
  });

  test("without viscosity energy and enstrophy are conserved", () => {
    const solver = new Solver({ ...flow, viscosity: 0 });
    const start = solver.jets(randomFrom(5));
    const end = solver.advance(start);
    const square = (field: Float64Array): number =>
      field.reduce((sum, value) => sum + value * value, 0);
    // Runge–Kutta's truncation at h = 0.01 and eddy times of about one: measured 2e-8.
    expect(square(end) / square(start)).toBeCloseTo(1, 6);
    expect(square(solver.velocity(end)) / square(solver.velocity(start))).toBeCloseTo(1, 6);
  });

  test("it commutes with a quarter turn of vorticity, a scalar under rotations", () => {
    const solver = new Solver(flow);
    const turn = (field: Float64Array): Float64Array =>
      field.map(
        (_, i) => field[(i % flow.size) * flow.size + (flow.size - 1 - Math.floor(i / flow.size))]!,
      );
    const start = solver.jets(randomFrom(7));
    const a = solver.advance(turn(start));
    const b = turn(solver.advance(start));
    a.forEach((value, i) => expect(value).toBeCloseTo(b[i]!, 9));
  });
});
