/** A landscape run's arrays and the Gauss–Newton model in its summary, in the slice's own coordinates. */
import type { RunResult } from "../run";
import { toFloat64 } from "../tensor";
import type { Scale } from "./scale";
import { contour, type Contour } from "./contour";

export type Pair = readonly [number, number];

/** Second-order model of one loss about the present parameters: L + g·δ + ½ δᵀHδ, δ in units of the axes. */
export interface QuadraticModel {
  readonly loss: number;
  readonly gradient: Pair;
  /** Gauss–Newton Hessian; null where the run has none. */
  readonly curvature: readonly [Pair, Pair] | null;
}

export interface Landscape {
  readonly element: string;
  readonly alpha: readonly number[];
  readonly beta: readonly number[];
  /** On x and on g·x, each [beta, alpha]. */
  readonly loss: readonly [Float64Array, Float64Array];
  readonly models: readonly [QuadraticModel, QuadraticModel];
}

/** @param checkpoint position among those of the run; absent, or in a run without any: what its summary is of */
export function readLandscape(run: RunResult, checkpoint?: number): Landscape {
  const { alpha, beta, loss } = run.arrays;
  const all = loss === undefined ? new Float64Array() : toFloat64(loss);
  const { summary, parameters } = run.record;
  const read = {
    element: String(summary.element ?? parameters.element ?? "g"),
    alpha: alpha === undefined ? [] : [...toFloat64(alpha)],
    beta: beta === undefined ? [] : [...toFloat64(beta)],
  };
  const moment = checkpoint === undefined ? null : momentAt(run, checkpoint);
  return moment === null
    ? {
        ...read,
        loss: [all.subarray(0, all.length / 2), all.subarray(all.length / 2)],
        models: [model(summary, "x"), model(summary, "gx")],
      }
    : { ...read, ...moment };
}

/** The slice around one checkpoint; null where the run has no such. */
function momentAt(
  { arrays }: RunResult,
  checkpoint: number,
): Pick<Landscape, "loss" | "models"> | null {
  const of = (name: string): Float64Array => {
    const tensor = arrays[`checkpoint_${name}`];
    if (tensor === undefined) return new Float64Array();
    const size = tensor.data.length / tensor.shape[0]!;
    return toFloat64(tensor).subarray(checkpoint * size, (checkpoint + 1) * size);
  };
  const [all, base, gradient, curvature] = ["loss", "base", "gradient", "curvature"].map(of);
  if (all!.length === 0) return null;
  const d = gradient!.length / 2;
  const models = [0, 1].map((side): QuadraticModel => {
    const bend = (k: number): Pair =>
      pair([...curvature!.subarray((side * d + k) * d)].slice(0, d));
    return {
      loss: base![side]!,
      gradient: pair([...gradient!.subarray(side * d, (side + 1) * d)]),
      curvature: [bend(0), d > 1 ? bend(1) : [0, 0]],
    };
  });
  return {
    loss: [all!.subarray(0, all!.length / 2), all!.subarray(all!.length / 2)],
    models: [models[0]!, models[1]!],
  };
}

/** Labelled ticks of α: the ends and the middle have room at every width, beside another panel too. */
export function labelledTicks({ min, max, ticks }: Scale): number[] {
  const ends = ticks.filter((tick) => tick === min || tick === 0 || tick === max);
  return ends.length === 3 ? ends : [...ticks];
}

/** The row of the slice through the present parameters: where beta is zero, up to rounding. */
export function middleRow(beta: readonly number[]): number {
  return beta.reduce((best, b, j) => (Math.abs(b) < Math.abs(beta[best]!) ? j : best), 0);
}

function model(summary: Readonly<Record<string, unknown>>, key: "x" | "gx"): QuadraticModel {
  const curvature = member(summary.curvature, key);
  const [first, second] = Array.isArray(curvature) ? curvature.map(pair) : [];
  const base = member(summary.baseLoss, key);
  return {
    loss: typeof base === "number" ? base : NaN,
    gradient: pair(member(summary.gradient, key)),
    curvature: first === undefined ? null : [first, second ?? [0, 0]],
  };
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Record<string, unknown>)[key]
    : undefined;
}

/** Two numbers, the second 0 on a line; NaN where a run says null. */
function pair(value: unknown): Pair {
  const list: unknown[] = Array.isArray(value) ? value : [NaN, NaN];
  const number = (entry: unknown): number => (typeof entry === "number" ? entry : NaN);
  return [number(list[0]), list.length > 1 ? number(list[1]) : 0];
}

/** The model's value at δ = (a, b). */
export function modelAt(
  { loss, gradient, curvature }: QuadraticModel,
  a: number,
  b: number,
): number {
  const quadratic =
    curvature === null
      ? 0
      : (curvature[0][0] * a * a +
          (curvature[0][1] + curvature[1][0]) * a * b +
          curvature[1][1] * b * b) /
        2;
  return loss + gradient[0] * a + gradient[1] * b + quadratic;
}

/** The model on the slice's own points [beta, alpha]: what is drawn beside the loss and stands in its table. */
export function modelValues(
  model: QuadraticModel,
  alpha: readonly number[],
  beta: readonly number[],
): Float64Array {
  return Float64Array.from(beta.flatMap((b) => alpha.map((a) => modelAt(model, a, b))));
}

/**
 * The line of the model to draw over contours of the loss: at the highest of the given levels at which it is a whole
 * ellipse inside the square, else where most of it is inside, else at the present loss, where it goes through the start.
 * @returns null where the run has no curvature, or the model is flat
 */
export function modelLine(
  model: QuadraticModel,
  alpha: readonly number[],
  beta: readonly number[],
  levels: readonly number[],
): Contour | null {
  if (model.curvature === null) return null;
  const values = modelValues(model, alpha, beta);
  const at = (level: number): Contour => contour(values, alpha, beta, level);
  // A line beside that of the present loss, which is drawn already, would hardly be told from it.
  const spacing = levels.length > 1 ? levels[1]! - levels[0]! : 0;
  const found = levels
    .filter((level) => Math.abs(level - model.loss) >= spacing / 2)
    .map(at)
    .filter(({ lines }) => lines.length > 0);
  const whole = found.filter(({ lines }) => lines.every(isClosed)).at(-1);
  if (whole !== undefined) return whole;
  const start = at(model.loss);
  const longest = found.reduce((a, b) => (inside(b) > inside(a) ? b : a), found[0] ?? start);
  return longest.lines.length > 0 ? longest : null;
}

function isClosed(line: readonly Pair[]): boolean {
  const [first, last] = [line[0]!, line.at(-1)!];
  return line.length > 2 && first[0] === last[0] && first[1] === last[1];
}

/** Length of a contour, in units of the axes. */
function inside({ lines }: Contour): number {
  return lines.reduce(
    (sum, line) =>
      line.reduce((length, [x, y], k) => {
        const [u, v] = line[Math.max(k - 1, 0)]!;
        return length + Math.hypot(x - u, y - v);
      }, sum),
    0,
  );
}
