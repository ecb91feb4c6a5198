import { describe, expect, test } from "vitest";
import { advection, advection1d } from "./advection";
import { allenCahn, conservativeAllenCahn } from "./allenCahn";
import { burgers } from "./burgers";
import { diffusion, diffusion1d } from "./diffusion";
import { fitzHughNagumo } from "./fitzHughNagumo";
import { Fourier } from "./fourier";
import { grayScott } from "./grayScott";
import { navierStokes } from "./navierStokes";
import { nBody } from "./nBody";
import { oscillators } from "./oscillators";
import { evolve, squareFlux } from "./scalarField";
import { shallowWater } from "./shallowWater";
import { springs } from "./springs";
import { symplecticStep } from "./symplectic";
import { after, joined, order, sampled, worstError } from "./testing";
import { wave } from "./wave";

const turn = 2 * Math.PI;
/** What a method of fourth order shows between two steps that are not yet infinitely short. */
const fourth = { least: 3.7, most: 4.5 };

function expectFourthOrder(error: (fraction: number) => number): void {
  expect(order(error)).toBeGreaterThan(fourth.least);
  expect(order(error)).toBeLessThan(fourth.most);
}

describe("linear equations are solved to rounding", () => {
  test("a profile is carried by the wind", () => {
    const u = (t: number): Float64Array =>
      sampled(32, 2, 1, (x, y) => Math.sin(turn * (x - t)) + Math.cos(turn * (3 * y - 1.5 * t)));
    const run = after(advection, u(0), 32, { cx: 1, cy: 0.5, dt: 0.3 }, { steps: 2 });
    expect(worstError(run, u(0.6))).toBeLessThan(1e-12);
  });

  test("a wave decays by exp(−κk²t)", () => {
    const u = sampled(32, 2, 2, (x, y) => Math.sin(turn * (x / 2 + y)));
    const run = after(diffusion, u, 32, { kappa: 0.01, length: 2, dt: 0.7 });
    const factor = Math.exp(-0.01 * (Math.PI ** 2 + turn ** 2) * 0.7);
    expect(worstError(run, u.map((one) => factor * one))).toBeLessThan(1e-13); // prettier-ignore
  });

  test("on a line as well", () => {
    const carried = (t: number): Float64Array =>
      sampled(64, 1, 3, (x) => Math.sin((turn * 4 * (x - 0.7 * t)) / 3));
    const moved = after(advection1d, carried(0), 64, { c: 0.7, dt: 0.4, length: 3 });
    expect(worstError(moved, carried(0.4))).toBeLessThan(1e-12);
    const heat = after(diffusion1d, carried(0), 64, { kappa: 0.1, dt: 0.4, length: 3 });
    const factor = Math.exp(-0.1 * ((turn * 4) / 3) ** 2 * 0.4);
    expect(worstError(heat, carried(0).map((u) => factor * u))).toBeLessThan(1e-13); // prettier-ignore
  });

  test("a plane wave travels at c, and the mean goes on as it went", () => {
    const [c, k] = [0.7, turn * Math.sqrt(13)];
    const at = (t: number): Float64Array => {
      const phase = (x: number, y: number): number => turn * (3 * x - 2 * y) - c * k * t;
      return joined(
        sampled(32, 2, 1, (x, y) => Math.cos(phase(x, y)) + 0.2 * t),
        sampled(32, 2, 1, (x, y) => c * k * Math.sin(phase(x, y)) + 0.2),
      );
    };
    expect(worstError(after(wave, at(0), 32, { c, dt: 0.9 }), at(0.9))).toBeLessThan(1e-12);
  });

  test("an oscillator turns in phase space", () => {
    const run = after(oscillators, Float64Array.of(1, 0, 0, 2), 1, { omega: 2, dt: 0.4 });
    const [cos, sin] = [Math.cos(0.8), Math.sin(0.8)];
    expect(worstError(run, Float64Array.of(cos, sin, -2 * sin, 2 * cos))).toBeLessThan(1e-14);
  });
});

describe("exact solutions", () => {
  test("Burgers follows Cole and Hopf’s solution, to fourth order in the step", () => {
    // u = −2ν φ_x/φ with φ_t = ν φ_xx (Hopf 1950, Cole 1951), here φ = 2 + exp(−νk²t) cos kx.
    const [nu, size, time] = [0.05, 64, 0.5];
    const u = (t: number): Float64Array =>
      sampled(size, 1, 1, (x) => {
        const decay = Math.exp(-nu * turn ** 2 * t);
        return (2 * nu * turn * decay * Math.sin(turn * x)) / (2 + decay * Math.cos(turn * x));
      });
    const error = (halved: number): number =>
      worstError(after(burgers, u(0), size, { nu, dt: time, courant: 0.8 / halved }), u(time));
    expect(error(4)).toBeLessThan(1e-7);
    expectFourthOrder(error);
  });

  test("KdV’s soliton travels at its speed, to fourth order in the step", () => {
    // u = (c/2) sech²(√c (x − ct)/2) solves u_t + 6uu_x + u_xxx = 0 (Drazin and Johnson 1989, §2.2).
    const [n, length, c, time] = [256, 40, 2, 1];
    const soliton = (t: number): Float64Array =>
      sampled(
        n,
        1,
        length,
        (x) => c / 2 / Math.cosh((Math.sqrt(c) * (x - length / 2 - c * t)) / 2) ** 2,
      );
    const fourier = new Fourier([n], length);
    const error = (halved: number): number => {
      const run = evolve(fourier, fourier.forward(soliton(0)), time, {
        linear: ([k = 0]) => [0, k ** 3],
        nonlinear: squareFlux(3),
        step: () => 0.02 / halved,
      });
      run.advance();
      return worstError(run.state(), soliton(time));
    };
    expect(error(2)).toBeLessThan(1e-5);
    expectFourthOrder(error);
  });

  test("Taylor and Green’s vortices decay by exp(−2νk²t) and travel with the wind", () => {
    const [nu, wind] = [0.01, [0.7, -0.3] as const];
    const at = (t: number): Float64Array => {
      const decay = Math.exp(-2 * nu * turn ** 2 * t);
      const [px, py] = wind.map((v) => v * t) as [number, number];
      return joined(
        sampled(32, 2, 1, (x, y) => wind[0] + decay * Math.cos(turn * (x - px)) * Math.sin(turn * (y - py))), // prettier-ignore
        sampled(32, 2, 1, (x, y) => wind[1] - decay * Math.sin(turn * (x - px)) * Math.cos(turn * (y - py))), // prettier-ignore
      );
    };
    const run = after(navierStokes, at(0), 32, { nu, dt: 0.4 }, { steps: 2 });
    expect(worstError(run, at(0.8))).toBeLessThan(1e-12);
  });

  test("a simple wave of shallow water steepens along its characteristics, to fourth order", () => {
    // v = 2(√(gh) − √(gH)) everywhere, and √(gh) is constant where x moves at v + √(gh) (Whitham 1974, §13.10).
    const [g, depth, size, time] = [9.81, 1, 32, 0.15];
    const still = Math.sqrt(g * depth);
    const start = (x: number): number => still * (1 + 0.01 * Math.sin(turn * x));
    const at = (t: number): Float64Array => {
      const sound = sampled(size, 2, 1, (x) => {
        let from = x;
        for (let k = 0; k < 200; k++) from = x - (3 * start(from) - 2 * still) * t;
        return start(from);
      });
      return joined(
        sound.map((c) => (c * c) / g),
        sound.map((c) => 2 * (c - still)),
        new Float64Array(size * size),
      );
    };
    const error = (halved: number): number =>
      worstError(
        after(shallowWater, at(0), size, { g, length: 1, dt: time, courant: 0.6 / halved }),
        at(time),
      );
    expect(error(2)).toBeLessThan(1e-4);
    expectFourthOrder(error);
  });

  test("a phase alone falls into its well as u₀eᵗ/√(1 + u₀²(e²ᵗ − 1)), to fourth order", () => {
    const u0 = 0.2;
    const [grown, size] = [Math.exp(1.5), 8];
    const exact = (u0 * grown) / Math.sqrt(1 + u0 * u0 * (grown ** 2 - 1));
    const error = (halved: number): number => {
      const state = new Float64Array(size * size).fill(u0);
      return Math.abs(after(allenCahn, state, size, { dt: 1.5, step: 0.5 / halved })[0]! - exact);
    };
    expect(error(4)).toBeLessThan(1e-5);
    expectFourthOrder(error);
  });

  test("straight fronts tanh(x/√2ε) of both forms of Allen–Cahn stay where they are", () => {
    const [epsilon, size] = [0.03, 64];
    // Two of them on the circle, whose tails meet at 1e-7.
    const fronts = sampled(size, 2, 1, (x) =>
      x < 0.5
        ? Math.tanh((x - 0.25) / (Math.SQRT2 * epsilon))
        : -Math.tanh((x - 0.75) / (Math.SQRT2 * epsilon)),
    );
    for (const form of [allenCahn, conservativeAllenCahn]) {
      const run = after(form, fronts, size, { epsilon, dt: 2 });
      // Eight points a front resolve it to four digits.
      expect(worstError(run, fronts)).toBeLessThan(2e-3);
    }
  });

  test("without v, Gray–Scott’s u goes back to 1 by exp(−(D k² + F)t)", () => {
    const [Du, F, dt] = [1e-3, 0.04, 5];
    const u = (amplitude: number): Float64Array =>
      sampled(16, 2, 1, (x, y) => 1 + amplitude * Math.cos(turn * (x + y)));
    const none = new Float64Array(256);
    const run = after(grayScott, joined(u(0.3), none), 16, { Du, F, dt, length: 1 });
    const decay = Math.exp(-(2 * Du * turn ** 2 + F) * dt);
    expect(worstError(run, joined(u(0.3 * decay), none))).toBeLessThan(1e-12);
  });

  test.each([
    ["gray-scott", grayScott, 1, [0.6, 0.3]],
    ["fitzhugh-nagumo", fitzHughNagumo, 0.5, [0.5, -0.3]],
  ] as const)(
    "%s at rest in space is its ordinary equation, to fourth order",
    (_, one, step, at) => {
      const size = 8;
      const state = joined(...at.map((value) => new Float64Array(size * size).fill(value)));
      const with_ = (longest: number): number =>
        after(one, state, size, { dt: 10 * step, step: longest, F: 0.037, k: 0.06 })[0]!;
      const exact = with_(step / 64);
      expectFourthOrder((halved) => Math.abs(with_(step / halved) - exact));
    },
  );

  test("two bodies on a spring swing about its length by cos √(2k)t", () => {
    const [k, rest, dt] = [2, 1, 0.9];
    const state = Float64Array.of(-0.8, 0, 0, 0, 0.8, 0, 0, 0);
    const run = after(springs, state, 2, { k, rest, dt });
    expect(run[4]! - run[0]!).toBeCloseTo(1 + 0.6 * Math.cos(Math.sqrt(2 * k) * dt), 6);
  });

  test("two bodies a distance d apart circle each other at ω² = 2G/(d² + s²)^(3/2)", () => {
    const [G, softening, d, dt] = [1, 0.5, 1.2, 1];
    const omega = Math.sqrt((2 * G) / (d * d + softening ** 2) ** 1.5);
    const at = (t: number): Float64Array => {
      const [x, y] = [(d / 2) * Math.cos(omega * t), (d / 2) * Math.sin(omega * t)];
      return Float64Array.of(x, y, -omega * y, omega * x, -x, -y, omega * y, -omega * x);
    };
    const run = after(nBody, at(0), 2, { G, softening, dt }, { steps: 3 });
    expect(worstError(run, at(3))).toBeLessThan(1e-8);
  });

  test("the symplectic method is of fourth order", () => {
    // A pendulum of unit length and gravity from rest at 1 rad, against a run with much smaller steps.
    const force = (q: Float64Array): Float64Array => Float64Array.of(-Math.sin(q[0]!));
    const at = (steps: number): number => {
      const [q, p] = [Float64Array.of(1), Float64Array.of(0)];
      for (let k = 0; k < steps; k++) symplecticStep(q, p, force, 4 / steps);
      return q[0]!;
    };
    const exact = at(4096);
    expectFourthOrder((halved) => Math.abs(at(32 * halved) - exact));
  });
});
