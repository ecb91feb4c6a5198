/**
 * Values of a network along which one step can be followed module by module: states on the way, as of a residual network
 * u + r₁ + r₂ or between the steps of an operator splitting; or a stream of features h_0 … h_m of one shape that a state
 * is turned into and read from, everything in it passing through each. Between two of a stream there may be another of
 * its own: the next level of a U-Net, or the layers of a network that works in variables of its own.
 */
import { sizeOf } from "../../../shared/tensor";
import type { Value } from "../../graph/ir";
import { leavingModules, nodesBetween, passageAt, passages, type Passage } from "../modules";
import type { SampleNetwork } from "../network";

/** More rows would be no picture; then every second is taken, or every third … */
const MOST_VALUES = 40;
/** Levels of streams within streams. */
const DEEPEST = 4;

/** Values of a prediction's shape that everything passes through: they may be states. In the order of evaluation. */
export function possibleStates({ input, prediction }: SampleNetwork): Passage[] {
  const leaving = leavingModules(input, prediction);
  return thinned(between(input, prediction, prediction.shape, leaving));
}

/** h_0 … h_m on the way to `end`, at least two. */
export interface Stream {
  readonly end: Passage;
  readonly values: readonly Passage[];
  /** What lies between h_{j−1} and h_j at position j; null where that is one row. */
  readonly inner: readonly (Stream | null)[];
}

export function featureStream({ input, prediction }: SampleNetwork): Stream | null {
  const leaving = leavingModules(input, prediction);
  return streamTo(input, passageAt(input, prediction), leaving, 1);
}

/** Of all streams of one shape the one that reaches furthest, and of equals the longest. */
function streamTo(
  from: Value,
  end: Passage,
  leaving: ReadonlySet<Value>,
  depth: number,
): Stream | null {
  const order = new Map<Value, number>();
  const lasts = new Map<string, Value>();
  nodesBetween(from, end.value).forEach(({ outputs }, at) => {
    for (const value of outputs) {
      order.set(value, at);
      if (value !== end.value && (leaving.size === 0 || leaving.has(value)))
        lasts.set(value.shape.join(), value);
    }
  });
  const streams = [...lasts.values()]
    .map((last) => [...between(from, last, last.shape, leaving), passageAt(from, last)])
    .filter((values) => values.length > 1)
    .map((values) => ({
      values,
      reach: order.get(values.at(-1)!.value)! - order.get(values[0]!.value)!,
    }))
    .sort((a, b) => b.reach - a.reach || b.values.length - a.values.length);
  const [furthest] = streams;
  if (furthest === undefined) return null;
  const values = thinned(furthest.values);
  return {
    end,
    values,
    inner: values.map((value, j) => {
      const before = values[j - 1];
      if (before === undefined || depth === DEEPEST) return null;
      const level = streamTo(before.value, value, leaving, depth + 1);
      if (level === null) return null;
      // What is inside a residual block is its own affair, unless there is nothing else to tell apart.
      const coarser = points(level.values[0]!.value) < points(value.value);
      return coarser || values.length === 2 ? level : null;
    }),
  };
}

/** Of a field [1, C, …]; what is no field has one. */
function points({ shape }: Value): number {
  return sizeOf(shape.slice(2));
}

/** What is passed through on the way, of that shape; where the network has modules, between two of them. */
function between(
  from: Value,
  to: Value,
  shape: readonly number[],
  leaving: ReadonlySet<Value>,
): Passage[] {
  return passages(from, to).filter(
    ({ value }) =>
      value.shape.join() === shape.join() && (leaving.size === 0 || leaving.has(value)),
  );
}

/** The last always stays. */
function thinned(all: readonly Passage[]): Passage[] {
  const stride = Math.max(1, Math.ceil(all.length / MOST_VALUES));
  return all.filter((_, i) => (all.length - 1 - i) % stride === 0);
}
