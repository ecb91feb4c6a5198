import { describe, expect, test } from "vitest";
import { defaultsOf } from "../../../shared/parameters";
import { randomFrom } from "../../../shared/random";
import { simulators } from ".";
import { Resolution } from "./resolution";
import type { Choices, Simulator } from "./simulator";

const named = (id: string): Simulator => simulators.find((one) => one.id === id)!;

/** What is remarked on the first trajectory of a simulator. */
function remarksOn(
  { id, size = named(id).size, preset = {}, steps = 40 }: { id: string; size?: number; preset?: Readonly<Record<string, number | string>>; steps?: number }, // prettier-ignore
): string[] {
  const simulator = named(id);
  const coefficients = { ...defaultsOf(simulator.parameters), ...preset } as Record<string, number>;
  const choices = { ...defaultsOf(simulator.choices), ...preset } as Choices;
  const resolution = new Resolution(simulator, size, choices);
  const start = simulator.initial(randomFrom(0, 0), size, coefficients, choices);
  const evolution = simulator.evolve(start, size, coefficients, choices);
  for (let k = 0; k <= steps; k++) {
    if (k > 0) evolution.advance();
    resolution.look(evolution.state(), k * coefficients["dt"]!);
  }
  return resolution.remarks();
}

describe("a grid that is too coarse", () => {
  test("is remarked on where solitons, fronts or eddies become finer than it", () => {
    expect(remarksOn({ id: "kdv", size: 32 })).toEqual([
      expect.stringMatching(/^By t = [\d.]+ the finest waves of 32 points reach \d+ % of the strongest one.* take 64 points or more/), // prettier-ignore
    ]);
    const zabuskyKruskal = named("kdv").presets["zabusky-kruskal"]!;
    expect(remarksOn({ id: "kdv", size: 64, preset: zabuskyKruskal, steps: 50 })).toHaveLength(1);
    expect(remarksOn({ id: "burgers", size: 64, preset: { nu: 0.005 } })).toHaveLength(1);
    expect(remarksOn({ id: "navier-stokes", preset: named("navier-stokes").presets["sines"]!, steps: 3 })).toHaveLength(1); // prettier-ignore
  });

  test("is none with enough points, by the usual settings, and where a motion is exact", () => {
    for (const id of ["kdv", "burgers", "advection-1d", "navier-stokes", "allen-cahn", "wave"]) {
      expect([id, remarksOn({ id, steps: 6 })]).toEqual([id, []]);
    }
    expect(remarksOn({ id: "kdv", size: 256 })).toEqual([]);
  });

  test("is not told of starts that are rough by themselves, nor of shocks and particles", () => {
    expect(remarksOn({ id: "burgers", preset: { start: "bridge", nu: 0.02 }, steps: 20 })).toEqual([]); // prettier-ignore
    expect(new Resolution(named("euler"), 64, { boundary: "periodic" }).tells).toBe(false);
    expect(new Resolution(named("n-body"), 8, {}).tells).toBe(false);
  });
});
