/**
 * Values of a network along which one step can be followed module by module: states on the way, as of a residual network
 * u + r₁ + r₂ or between the steps of an operator splitting; or a stream of features h_0 … h_m of one shape that a state
 * is turned into and read from, everything in it passing through each.
 */
import type { Value } from "../../graph/ir";
import { leavingModules, nodesBetween, passages, passageAt, type Passage } from "../modules";
import type { SampleNetwork } from "../network";

/** More rows would be no picture; then every second is taken, or every third … */
const MOST_VALUES = 40;

/** Values of the state's shape that everything passes through: they may be states. In the order of evaluation. */
export function possibleStates({ input, prediction }: SampleNetwork): Passage[] {
  const leaving = leavingModules(input, prediction);
  return thinned(between(input, prediction, input.shape, leaving));
}

/** The longest stream of one shape: of every shape the last value, and the like that all ways to it lead through. */
export function featureStream({ input, prediction }: SampleNetwork): Passage[] {
  const leaving = leavingModules(input, prediction);
  const lasts = new Map<string, Value>();
  for (const { outputs } of nodesBetween(input, prediction)) {
    for (const value of outputs) {
      if (value !== prediction && (leaving.size === 0 || leaving.has(value)))
        lasts.set(value.shape.join(), value);
    }
  }
  const streams = [...lasts.values()].map((last) => [
    ...between(input, last, last.shape, leaving),
    passageAt(input, last),
  ]);
  return thinned(streams.reduce<Passage[]>((a, b) => (b.length > a.length ? b : a), []));
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
