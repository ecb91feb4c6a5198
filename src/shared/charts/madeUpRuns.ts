/** Runs with made-up but plausible numbers, for tests of figures: what an analysis would have written, in its shapes. */
import { sizeOf, toFloat64, type DType } from "../tensor";
import { showImage, signedPermutations } from "../groups/element";
import type { RunResult } from "../run";

const d4 = ["e", "r", "r2", "r3", "s", "sr", "sr2", "sr3"];
const v4 = new Set(["e", "r2", "sr", "sr3"]);

/** Reproducible numbers in [0, 1): a linear congruential generator (Numerical Recipes' constants). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

interface MadeUpArray {
  readonly axes: readonly string[];
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly unit?: string;
  value(...index: number[]): number;
}

/** A run of the given analysis with those arrays, each filled by a function of its indices. */
export function madeUpRun(
  analysis: string,
  samples: number,
  parameters: Record<string, unknown>,
  summary: Record<string, unknown>,
  arrays: Readonly<Record<string, MadeUpArray>>,
): RunResult {
  const identity = { path: "/data/made-up", size: 1000, sha256: "ab".repeat(32) };
  return {
    record: {
      format: 1,
      id: `${analysis}-20260101-000000`,
      analysis,
      started: "2026-01-01T00:00:00.000Z",
      seconds: 1.5,
      parameters: { elements: d4, group: "d4", ...parameters },
      model: { ...identity, path: "/data/unet.onnx", weights: null, parameters: 1234 },
      data: {
        ...identity,
        path: "/data/flow.npz",
        fields: "scalar:p,vector:v",
        samplesSha256: "cd".repeat(32),
        samples: Array.from({ length: samples }, (_, i) => ({
          index: 3 * i,
          trajectory: i % 4,
          time: 2 * Math.floor(i / 4),
        })),
      },
      device: "CPU",
      executor: "reference",
      versions: { noetherscope: "0.1.0" },
      notices: [],
      summary,
      arrays: Object.fromEntries(
        Object.entries(arrays).map(([name, { axes, shape, dtype, unit }]) => [
          name,
          {
            axes: [...axes],
            shape: [...shape],
            dtype: dtype ?? "float64",
            unit: unit ?? "1",
            description: name,
          },
        ]),
      ),
    },
    arrays: Object.fromEntries(
      Object.entries(arrays).map(([name, { shape, value }]) => {
        const data = Float64Array.from({ length: sizeOf(shape) }, (_, flat) => {
          const index: number[] = [];
          let rest = flat;
          for (const extent of [...shape].reverse()) {
            index.unshift(rest % extent);
            rest = Math.floor(rest / extent);
          }
          return value(...index);
        });
        return [name, { dtype: "float64", shape, data }];
      }),
    ),
  };
}

/** D4 with V4 learned and the rest not: the paper's kind of result. One cosine is NaN. */
export function coherenceRun(
  samples = 16,
  sweep: "none" | "ridge" | "samples" = "none",
): RunResult {
  const random = randomNumbers(1);
  const noise = (): number => random() + random() + random() - 1.5;
  const strength = (g: number): number => (g === 0 ? 1 : v4.has(d4[g]!) ? 0.7 - 0.05 * g : 0.02);
  const cosine = (g: number, i: number, j: number): number => {
    if (g === 0 && i === j) return 1;
    if (g === 3 && i === 2 && j === 2) return NaN;
    return (i === j ? strength(g) : 0.15 * strength(g)) + 0.1 * noise() * (g === 0 ? 0.5 : 1);
  };
  const square = { axes: ["element", "sample", "sample"], shape: [8, samples, samples] };
  const rows = { axes: ["element", "sample"], shape: [8, samples] };
  const steps = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2];
  const swept = {
    axes: ["sweep", "element", "sample"],
    shape: [steps.length, 8, samples],
  };
  return madeUpRun(
    "coherence",
    samples,
    { metric: "gauss-newton", sweep },
    {},
    {
      cosine: { ...square, value: cosine },
      influence: { ...square, unit: "loss", value: (g, i, j) => 3e-4 * cosine(g, i, j) },
      cosine_error: { ...square, value: () => 3e-6 },
      influence_error: { ...square, unit: "loss", value: () => 1e-9 },
      gram: { ...square, unit: "loss²", value: (g, i, j) => 2e-6 * cosine(g, i, j) },
      euclidean_cosine: { ...square, value: (g, i, j) => Math.min(1, 0.2 + cosine(g, i, j)) },
      excess: { ...rows, value: (g) => 0.8 * strength(g) + 0.08 * noise() },
      relative_loss: {
        ...rows,
        value: (g) =>
          v4.has(d4[g]!) ? Math.exp(0.1 * noise() * Number(g > 0)) : 3000 * Math.exp(0.4 * noise()),
      },
      equivariance_error: {
        ...rows,
        value: (g) => (g === 0 ? 0 : (v4.has(d4[g]!) ? 2e-3 : 0.8) * Math.exp(0.5 * noise())),
      },
      ...(sweep === "none"
        ? {}
        : {
            sweep_values: {
              axes: ["sweep"],
              shape: [steps.length],
              value: (s: number) => (sweep === "ridge" ? steps[s]! : 4 + 2 * s),
            },
            sweep_cosine: {
              ...swept,
              value: (s: number, g: number, i: number) => cosine(g, i, i) * (1 - 0.08 * s),
            },
            sweep_euclidean: { ...swept, value: (_: number, g: number) => 0.1 + 0.8 * strength(g) },
          }),
    },
  );
}

const mixingNames = signedPermutations.map((mixing) => showImage(mixing, ["vx", "vy"]));

export function equivarianceRun(samples = 16, steps = 1): RunResult {
  const random = randomNumbers(2);
  const error = (g: number): number =>
    g === 0 ? 0 : (v4.has(d4[g]!) ? 2e-3 : 0.3) * Math.exp(random() - 0.5);
  return madeUpRun(
    "equivariance",
    samples,
    { "relative-to": "output", steps },
    { mixings: { names: mixingNames, verdicts: {} } },
    {
      mixing_error: {
        axes: ["element", "mixing"],
        shape: [8, mixingNames.length],
        value: (g, k) => (g === 0 ? NaN : 0.1 + ((3 * g + k) % mixingNames.length) / 10),
      },
      equivariance_error:
        steps === 1
          ? { axes: ["element", "sample"], shape: [8, samples], value: error }
          : {
              axes: ["element", "sample", "step"],
              shape: [8, samples, steps],
              value: (g, _, k) => error(g) * (1 + 0.3 * k),
            },
      channel_error: {
        axes: ["element", "sample", "channel"],
        shape: [8, samples, 3],
        value: (g, _, c) => error(g) * (1 + c),
      },
      relative_loss: {
        axes: ["element", "sample"],
        shape: [8, samples],
        value: (g) => (v4.has(d4[g]!) ? 1 + 0.02 * Number(g > 0) * random() : 40 + 20 * random()),
      },
    },
  );
}

/** Two tilted quadratic valleys with a cubic term, so that the Gauss–Newton ellipse does not fit exactly. */
export function landscapeRun(plane = true, points = 25): RunResult {
  const at = (k: number): number => (2 * k) / (points - 1) - 1;
  const gradients = [
    [-0.02, 0],
    [-0.012, -0.015],
  ];
  const curvatures = [
    [
      [0.03, 0.008],
      [0.008, 0.02],
    ],
    [
      [0.02, -0.006],
      [-0.006, 0.045],
    ],
  ];
  const base = [0.1, 0.12];
  const loss = (k: number, a: number, b: number): number => {
    const [[p, q], [, s]] = curvatures[k] as [[number, number], [number, number]];
    const [u, v] = gradients[k] as [number, number];
    return (
      base[k]! + u * a + v * b + (p * a * a + 2 * q * a * b + s * b * b) / 2 + 0.003 * a * a * a
    );
  };
  return madeUpRun(
    "landscape",
    8,
    { element: "r", points, plane },
    {
      element: "r",
      baseLoss: { x: base[0], gx: base[1] },
      gradient: { x: gradients[0], gx: gradients[1] },
      curvature: { x: curvatures[0], gx: curvatures[1] },
    },
    {
      alpha: { axes: ["alpha"], shape: [points], unit: "ρ", value: at },
      beta: {
        axes: ["beta"],
        shape: [plane ? points : 1],
        unit: "ρ",
        value: (k) => (plane ? at(k) : 0),
      },
      loss: {
        axes: ["state", "beta", "alpha"],
        shape: [2, plane ? points : 1, points],
        value: (k, j, i) => loss(k, at(i), plane ? at(j) : 0),
      },
    },
  );
}

/** The valleys of `landscapeRun` sinking over five checkpoints, with a bent path to the last. */
export function landscapeTrainingRun(points = 9): RunResult {
  const one = landscapeRun(true, points);
  const count = 5;
  const sinking = (t: number): number => 2 - t / (count - 1);
  const loss = toFloat64(one.arrays.loss!);
  const { baseLoss, gradient, curvature } = one.record.summary as Record<
    string,
    Record<"x" | "gx", number | number[] | number[][]>
  >;
  const both = (pair: Record<"x" | "gx", unknown>): number[] =>
    [pair.x, pair.gx].flat(3) as number[];
  const stack = (values: ArrayLike<number>) => (t: number, k: number) => sinking(t) * values[k]!;
  const flat = (values: ArrayLike<number>): MadeUpArray => ({
    axes: ["checkpoint", "value"],
    shape: [count, values.length],
    value: stack(values),
  });
  const { record, arrays } = madeUpRun(
    "landscape",
    8,
    {},
    {},
    {
      checkpoint_loss: flat(loss),
      checkpoint_base: flat(both(baseLoss!)),
      checkpoint_gradient: flat(both(gradient!)),
      checkpoint_curvature: flat(both(curvature!)),
      checkpoint_cosine: { axes: ["checkpoint"], shape: [count], value: (t) => 1 - t / 8 },
      path: {
        axes: ["checkpoint", "direction"],
        shape: [count, 2],
        value: (t, d) => (d === 0 ? (t - 4) / 4 : ((t - 4) * t) / 16),
      },
      path_outside: { axes: ["checkpoint"], shape: [count], value: (t) => (4 - t) / 40 },
      epoch: { axes: ["checkpoint"], shape: [count], value: (t) => 2 ** t },
    },
  );
  return {
    record: {
      ...one.record,
      arrays: { ...one.record.arrays, ...record.arrays },
      summary: {
        ...one.record.summary,
        checkpoints: Array.from({ length: count }, (_, t) => ({
          name: `epoch-${2 ** t}.safetensors`,
          epoch: 2 ** t,
        })),
        pathShare: 0.9,
      },
    },
    arrays: { ...one.arrays, ...arrays },
  };
}
