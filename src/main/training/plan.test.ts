/** What a step does as a function of its number: rate, samples, moves, and what is trained on at all. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseFieldSpec } from "../../shared/fields/spec";
import { act } from "../../shared/groups/act";
import { d4, groupByName } from "../../shared/groups/catalogue";
import type { Tensor } from "../../shared/tensor";
import { trainingParameters } from "../../shared/training/parameters";
import type { StatePlace, States } from "../data/states";
import { Order } from "./order";
import { Samples } from "./samples";
import { rateAt, type Schedule } from "./schedule";
import { splitOf } from "./split";

describe("the learning rate", () => {
  const base = { steps: 100, warmUp: 0, final: 0.1, every: 30, factor: 0.5 };
  const at = (kind: Schedule["kind"], k: number, change: Partial<Schedule> = {}): number =>
    rateAt({ ...base, kind, ...change }, k);

  test("is the formula of its schedule", () => {
    expect(at("constant", 70)).toBe(1);
    expect(at("cosine", 25)).toBeCloseTo(0.1 + 0.45 * (1 + Math.cos(Math.PI / 4)), 14);
    expect(at("linear", 25)).toBeCloseTo(1 - 0.9 / 4, 14);
    expect([0, 29, 30, 60].map((k) => at("step", k))).toEqual([1, 1, 0.5, 0.25]);
  });

  test.each(["constant", "cosine", "linear", "step"] as const)(
    "of %s climbs evenly in warm-up and never above its highest",
    (kind) => {
      const rates = Array.from({ length: 100 }, (_, k) => at(kind, k, { warmUp: 10 }));
      rates.slice(0, 10).forEach((rate, k) => expect(rate).toBeCloseTo((k + 1) / 10, 14));
      expect(Math.max(...rates)).toBe(1);
      expect(Math.min(...rates)).toBeGreaterThan(0);
    },
  );
});

describe("the order of samples", () => {
  test("takes none twice in an epoch, and in a step depends on seed and step alone", () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 40 }),
        fc.nat(),
        (count, most, seed) => {
          // prettier-ignore
          const batch = Math.min(count, most);
          const samples = Array.from({ length: count }, (_, i) => 3 * i);
          const order = new Order(samples, batch, seed);
          const epoch = Array.from({ length: order.stepsPerEpoch }, (_, k) =>
            order.samples(k),
          ).flat();
          expect(new Set(epoch).size).toBe(epoch.length);
          expect(epoch.every((sample) => samples.includes(sample))).toBe(true);
          expect(epoch.length).toBeGreaterThan(count - batch);
          // Another one that never saw the steps before.
          const later = 2 * order.stepsPerEpoch;
          expect(new Order(samples, batch, seed).samples(later)).toEqual(order.samples(later));
        },
      ),
    ));

  test("is another in the next epoch and for another seed", () => {
    const samples = Array.from({ length: 50 }, (_, i) => i);
    const order = new Order(samples, 50, 1);
    expect(order.samples(1)).not.toEqual(order.samples(0));
    expect(new Order(samples, 50, 2).samples(0)).not.toEqual(order.samples(0));
  });

  test("moves samples by every element of the group and by no other", () => {
    const group = groupByName("c4").elements;
    const order = new Order([0, 1, 2, 3], 4, 5);
    const drawn = Array.from({ length: 100 }, (_, k) => order.elements(k, group)).flat();
    const counts = group.map(({ id }) => drawn.filter((element) => element.id === id).length);
    // 400 draws of four: one of a fair die falls outside in fewer than one of ten thousand seeds.
    for (const count of counts) expect(Math.abs(count - 100)).toBeLessThan(40);
    expect(counts.reduce((a, b) => a + b)).toBe(400);
  });
});

describe("the split", () => {
  const wanted = { share: 0.25, rollout: 1, seed: 0, most: 0 };

  test("keeps trajectories apart and loses no transition", () => {
    const { train, validation, validationTrajectories } = splitOf(
      { trajectories: 8, times: 5 },
      wanted,
    );
    expect(validationTrajectories).toHaveLength(2);
    const trajectory = (sample: number): number => Math.floor(sample / 5);
    expect(train.some((sample) => validationTrajectories.includes(trajectory(sample)))).toBe(false);
    expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...Array(40).keys()]);
  });

  test("leaves out of training what a rollout would run off the end from", () => {
    const { train } = splitOf({ trajectories: 4, times: 5 }, { ...wanted, rollout: 3 });
    expect(train).toHaveLength(9);
    expect(train.every((sample) => sample % 5 <= 2)).toBe(true);
  });

  test("takes of each trajectory what it has, where they are unequally long", () => {
    const lengths = [2, 5, 0, 3];
    const extent = { trajectories: 4, times: 5, lengths };
    // Transitions 0 1 | 2 … 6 | | 7 8 9.
    const all = splitOf(extent, { ...wanted, share: 0 });
    expect(all.train).toEqual([...Array(10).keys()]);
    const { train: begun, notices } = splitOf(extent, { ...wanted, share: 0, rollout: 3 });
    expect(begun).toEqual([2, 3, 4, 7]);
    expect(notices).toEqual([
      "2 of 4 trajectories have fewer transitions than a sample needs, and are not trained on.",
    ]);
    for (let seed = 0; seed < 8; seed++) {
      const { train, validation, validationTrajectories } = splitOf(extent, { ...wanted, share: 0.5, seed }); // prettier-ignore
      expect([...train, ...validation].sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
      expect(validation).toHaveLength(validationTrajectories.reduce((sum, k) => sum + lengths[k]!, 0)); // prettier-ignore
    }
  });

  test("judges a single trajectory by its end, with no transition in both", () => {
    const { train, validation, notices } = splitOf({ trajectories: 1, times: 20 }, { ...wanted, rollout: 2 }); // prettier-ignore
    expect(validation).toEqual([15, 16, 17, 18, 19]);
    // The last sample trained on reaches over transitions 13 and 14.
    expect(train).toEqual([...Array(14).keys()]);
    expect(notices[0]).toContain("single trajectory");
  });

  test("holds two of ten trajectories unless told otherwise, and tells of a single one", () => {
    const share = trainingParameters.validation.default;
    const of = (trajectories: number, times = 5): { held: number; notices: readonly string[] } => {
      const { validationTrajectories, notices } = splitOf({ trajectories, times }, { ...wanted, share }); // prettier-ignore
      return { held: validationTrajectories.length, notices };
    };
    expect([2, 9, 10, 16, 17, 100].map((count) => of(count).held)).toEqual([1, 1, 2, 2, 3, 15]);
    expect(of(10).notices).toEqual([]);
    expect(of(9).notices).toEqual([
      "A single trajectory of 9 judges the network (Validation), which says little of other trajectories; take a larger share, or more data.",
    ]);
    expect(of(9, 1).notices[0]).toContain("A single sample of 9");
  });

  test.each([
    { extent: { trajectories: 2, times: 1 }, change: { rollout: 2 } },
    { extent: { trajectories: 1, times: 1 }, change: {} },
    { extent: { trajectories: 2, times: 3 }, change: { share: 0.9 } },
  ])("says what is too little: $extent", ({ extent, change }) => {
    expect(() => splitOf(extent, { ...wanted, ...change })).toThrow(
      expect.objectContaining({ code: "training/data" }) as Error,
    );
  });
});

describe("samples", () => {
  const shape = [2, 3, 3];
  const size = 18;
  const state = (time: number): Float64Array =>
    Float64Array.from({ length: size }, (_, i) => Math.sin(7 * time + i));
  const reads: number[] = [];
  const data = {
    targets: "next state",
    times: 4,
    sampleCount: 4,
    states: { shape } as unknown as States,
    read: (indices: readonly number[]) => {
      reads.push(...indices);
      const stacked = (shift: number): Tensor => ({
        dtype: "float64",
        shape: [indices.length, ...shape],
        data: Float64Array.from(indices.flatMap((i) => [...state(i + shift)])),
      });
      return Promise.resolve({ input: stacked(0), target: stacked(1) });
    },
  } satisfies Partial<StatePlace> & ConstructorParameters<typeof Samples>[0];

  test("are moved with their targets by the same element, and read from the file once", async () => {
    const samples = new Samples(data, 2 ** 20);
    const fields = parseFieldSpec("vector:v");
    const elements = [d4.elements[1]!, d4.elements[6]!];
    const { input, targets } = await samples.read([2, 0], 2, { elements, fields, outputFields: fields }); // prettier-ignore
    const moved = (row: number, time: number): Float32Array =>
      act(elements[row]!, Float32Array.from(state(time)), [1, ...shape], fields);
    const row = (tensor: Tensor, i: number): Float32Array =>
      (tensor.data as Float32Array).slice(i * size, (i + 1) * size);
    expect(row(input, 0)).toEqual(moved(0, 2));
    expect(row(input, 1)).toEqual(moved(1, 0));
    expect(targets.map((target) => row(target, 0))).toEqual([moved(0, 3), moved(0, 4)]);
    expect(row(targets[1]!, 1)).toEqual(moved(1, 2));
    await samples.read([0, 1, 2, 3]);
    expect(reads.sort()).toEqual([0, 1, 2, 3]);
  });
});
