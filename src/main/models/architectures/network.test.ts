import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { architectures } from "../../../shared/architectures";
import type { DataOptions } from "../../../shared/contract";
import type { UserError } from "../../../shared/errors";
import { normals, randomFrom } from "../../../shared/random";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { openData } from "../../data/dataset";
import { writeNpz } from "../../data/npz";
import {
  networkPlan,
  networkStates,
  pooledStatistics,
  type NetworkPlan,
  type NetworkStatistics,
} from ".";
import { measured, ofParticles, onGrid } from "./testing";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "network-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(Object.values(architectures))("$id", ({ id, presets, layouts }) => {
  test.each(Object.entries(presets))("%s has the parameters that it says", (preset, stated) => {
    const plan = networkPlan({ id, preset, parameters: {} }, measured(layouts[0]!));
    expect(plan.parameterCount).toBe(stated.parameters);
  });

  test("is counted before anything is drawn: each preset costs more than the one before", () => {
    const costs = Object.keys(presets).map(
      (preset) => networkPlan({ id, preset, parameters: {} }, measured(layouts[0]!)).multiplyAdds,
    );
    expect(costs).toEqual([...costs].sort((a, b) => a - b));
  });
});

test("a convolution's multiply–adds are points × channels × channels × taps", () => {
  const counted = (depth: number): number =>
    networkPlan({ id: "cnn", preset: null, parameters: { width: 8, depth, norm: "none", activation: "relu" } }, onGrid("scalar:u", [16, 16])).multiplyAdds; // prettier-ignore
  // Two convolutions a block; beside them two activations, two biases, two pads and a sum a number.
  const block = counted(2) - counted(1);
  expect(block / (2 * 256 * 8 * 8 * 9)).toBeGreaterThan(1);
  expect(block / (2 * 256 * 8 * 8 * 9)).toBeLessThan(1.1);
});

test.each([
  [
    "more parameters than a file holds",
    "cnn",
    { width: 4096, depth: 16 },
    onGrid("scalar:u", [16, 16]),
    "width",
    /billion parameters/,
  ],
  [
    "too many particles",
    "message-passing",
    {},
    ofParticles("vector:q,vector:p", 2000),
    "architecture",
    /too many pairs/,
  ],
  [
    "a kernel that reaches too far",
    "unet",
    { levels: 3, kernel: 5 },
    onGrid("scalar:u", [8, 8]),
    "kernel",
    /reaches further than 1 points/,
  ],
  [
    "the change of a state of another kind",
    "cnn",
    {},
    { ...onGrid("scalar:u", [8, 8]), outputChannels: 3 },
    "prediction",
    /no change of the state/,
  ],
] as const)(
  "refuses %s, and says of which setting",
  (_, id, parameters, states, where, sentence) => {
    const make = (): unknown => networkPlan({ id, preset: null, parameters }, states);
    expect(make).toThrow(sentence);
    try {
      make();
    } catch (error) {
      expect((error as UserError).where).toBe(where);
      expect((error as UserError).todo).toMatch(/\w/);
    }
  },
);

describe("statistics", () => {
  /** Samples whose channel c has mean and spread as given, and what a plan for them takes from them. */
  async function found(
    arrays: Readonly<Record<string, Tensor>>,
    options: DataOptions,
    parameters: Record<string, unknown> = {},
  ): Promise<{ plan: NetworkPlan; statistics: NetworkStatistics }> {
    const path = join(folder, `${Math.random()}.npz`);
    await writeNpz(path, new Map(Object.entries(arrays)));
    const data = await openData(path, options);
    const plan = networkPlan({ id: "mlp", preset: null, parameters }, await networkStates(data));
    const statistics = await pooledStatistics(data, plan);
    await data.close();
    return { plan, statistics };
  }

  function noise(shape: number[], channel: number, mean: number[], spread: number[]): Tensor {
    const inner = sizeOf(shape.slice(channel + 1));
    const data = normals(randomFrom(3), sizeOf(shape)).map((value, i) => {
      const c = Math.floor(i / inner) % mean.length;
      return mean[c]! + spread[c]! * value;
    });
    return { dtype: "float64", shape, data };
  }

  test("of particles are a channel's, over samples and particles", async () => {
    const states = noise([200, 5, 3], 2, [1, -2, 0], [1, 4, 0]);
    const { statistics, plan } = await found({ x: states, y: states }, { axes: "b,p,c" });
    expect(plan.states.layout).toBe("particles");
    expect(statistics.input_mean[1]).toBeCloseTo(-2, 0);
    expect(statistics.input_std[1]! / 4).toBeCloseTo(1, 1);
    // A channel without spread is left as it is.
    expect(statistics.input_std[2]).toBe(1);
    // Nothing changes, and nothing is divided by its spread.
    expect(statistics.output_std).toEqual([1, 1, 1]);
    expect(statistics.output_mean.map(Math.abs)).toEqual([0, 0, 0]);
  });

  test("of a prediction of the state itself are the target's, also of another kind", async () => {
    const x = noise([64, 2, 8, 8], 1, [0, 0], [1, 1]);
    const y = noise([64, 1, 8, 8], 1, [7], [3]);
    const { statistics } = await found(
      { x, y },
      { axes: "b,c,y,x", fields: "vector:v", outputFields: "scalar:p" },
      { prediction: "state" },
    );
    expect(statistics.output_mean[0]).toBeCloseTo(7, 0);
    expect(statistics.output_std[0]! / 3).toBeCloseTo(1, 1);
    expect(statistics.input_mean).toEqual([0, 0]);
  });

  test("without targets the prediction varies as the state", async () => {
    const x = noise([64, 1, 8, 8], 1, [5], [2]);
    const { statistics } = await found({ x }, { axes: "b,c,y,x", fields: "scalar:p" });
    expect(statistics.output_std).toEqual(statistics.input_std);
    expect(statistics.output_mean).toEqual([0]);
  });
});

describe("modes of a Fourier neural operator that the grid does not have", () => {
  const noticesOf = (modes: number, margin: number, periodic: boolean[]): readonly string[] =>
    networkPlan(
      { id: "fno", preset: null, parameters: { modes, margin } },
      onGrid("scalar:u", [16, 32], periodic),
    ).notices;

  test("are told in a sentence, axis by axis", () => {
    expect(noticesOf(40, 0, [true, true])).toEqual([
      "Of 40 modes (--modes) the grid has 8 along y and 17 along x, and all of them are kept.",
    ]);
    expect(noticesOf(9, 0, [true, true])[0]).toContain("has 8 along y, and");
    expect(noticesOf(8, 0, [true, true])).toEqual([]);
  });

  test("are counted with the margin beyond a wall", () => {
    expect(noticesOf(12, 8, [false, true])).toEqual([]);
    expect(noticesOf(13, 8, [false, true])[0]).toContain("has 12 along y, and");
  });
});
