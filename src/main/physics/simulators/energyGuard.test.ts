/** Particles that move too fast for the method are refused, and those that it follows are not. */
import { describe, expect, test } from "vitest";
import { defaultsOf } from "../../../shared/parameters";
import { randomFrom } from "../../../shared/random";
import { energyGuard } from "./energyGuard";
import { nBody } from "./nBody";
import { springs } from "./springs";
import type { Coefficients, Simulator } from "./simulator";

function runs(simulator: Simulator, changes: Coefficients, size: number, steps = 20): number {
  const coefficients = { ...defaultsOf(simulator.parameters), ...changes };
  const evolution = simulator.start(randomFrom(7), size, coefficients);
  for (let k = 0; k < steps; k++) evolution.advance();
  return evolution.substeps;
}

describe("bodies under gravity", () => {
  test.each([
    { G: 1e3 },
    { G: -5 },
    { softening: 0.1 },
    { speed: 1e9 },
    { spread: 1e200 },
    { G: 0 },
    { G: 0, speed: 0 },
  ] as const)("%j is followed", (changes) => {
    expect(runs(nBody, changes, 4)).toBeGreaterThan(0);
  });

  test.each([{ G: 1e12 }, { G: 1e300 }, { softening: 1e-5 }])("%j is refused", (changes) => {
    expect(() => runs(nBody, changes, 4)).toThrow("the forces turn too fast");
  });
});

test.each([2, 5, 12])("%d bodies on springs are followed, stiff or falling", (size) => {
  for (const changes of [{}, { k: 50 }, { g: 10 }, { rest: 0 }, { spread: 0.1 }]) {
    expect(runs(springs, changes, size), JSON.stringify(changes)).toBeGreaterThan(0);
  }
});

test("what changes by less than a thousandth passes, and nothing changes nothing", () => {
  const guarded = (kinetic: number): (() => void) => {
    let first = true;
    return energyGuard("A test", () => {
      const now = { kinetic: first ? 1 : kinetic, potential: -1 };
      first = false;
      return now;
    });
  };
  expect(guarded(1.001)).not.toThrow();
  expect(guarded(1.01)).toThrow("by 0.50 %");
  expect(guarded(NaN)).toThrow("beyond bounds");
  expect(energyGuard("Rest", () => ({ kinetic: 0, potential: 0 }))).not.toThrow();
});
