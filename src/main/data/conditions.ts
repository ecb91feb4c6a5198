/** Numbers that hold for a whole state, as further channels behind its own: the same at every point. */
import type { Condition } from "../../shared/conditions";
import { UserError } from "../../shared/errors";
import { isFloat, sizeOf, toFloat64 } from "../../shared/tensor";
import type { ArraySource } from "./arraySource";
import { roomFor } from "./room";
import { Spare } from "./spare";
import type { StatePlace, States } from "./states";

/** Of one condition, at each state; NaN where nothing says. */
type ValueAt = (place: StatePlace) => number;

/** More numbers than this are a field, not a condition. */
const MOST = 2 ** 24;

/** What conditions are read from, beside the states. */
export interface ConditionSources {
  readonly arrays: ReadonlyMap<string, ArraySource>;
  /** Of a single state; undefined where nothing says. */
  readonly times: readonly number[] | undefined;
  /** How many states later than its place an input's last state is. */
  readonly last: number;
}

/**
 * The states with a channel a condition behind their own.
 * @throws UserError "data/conditions" where an array is not there or has other extents, times are not known, or states
 * have no channels
 */
export async function withConditions(
  states: States,
  conditions: readonly Condition[],
  sources: ConditionSources,
): Promise<States> {
  if (conditions.length === 0) return states;
  const at = states.axes.indexOf("channel");
  if (at < 0) throw refusal(states.where, "its states have no channels to put conditions beside");
  const values: ValueAt[] = [];
  for (const condition of conditions) values.push(await valuesOf(condition, states, sources));
  const shape = states.shape.map((n, axis) => (axis === at ? n + values.length : n));
  const rows = sizeOf(shape.slice(0, at));
  const points = sizeOf(shape.slice(at + 1));
  const own = states.shape[at]! * points;
  const spare = new Spare();
  return {
    ...states,
    shape,
    async read(places, into) {
      const read = await states.read(places, spare.take());
      // Conditions need not be whole where states are.
      const dtype = isFloat(read.dtype) ? read.dtype : "float64";
      const from = isFloat(read.dtype) ? read.data : toFloat64(read);
      const stretch = own + values.length * points;
      const to = roomFor(dtype, places.length * rows * stretch, into);
      for (let row = 0; row < places.length * rows; row++) {
        to.set(from.subarray(row * own, (row + 1) * own) as never, row * stretch);
        const place = places[Math.floor(row / rows)]!;
        values.forEach((value, k) => {
          const start = row * stretch + own + k * points;
          to.fill(value(place) as never, start, start + points);
        });
      }
      spare.give(read.data);
      return { dtype, shape: [places.length, ...shape], data: to };
    },
    told: (place) => values.map((value) => value(place)),
  };
}

async function valuesOf(
  { name, source }: Condition,
  { trajectories, times, where }: States,
  { arrays, times: known, last }: ConditionSources,
): Promise<ValueAt> {
  if (typeof source === "number") return () => source;
  const array = arrays.get(source);
  if (source === "time" && (array === undefined || known !== undefined)) {
    if (known !== undefined) return ({ time }) => timeAt(known, time + last);
    throw refusal(where, `nothing says the times that ${name} is to be filled with`);
  }
  if (array === undefined) {
    const there = [...arrays.keys()].join(", ");
    throw refusal(where, `there is no array ${source} for ${name} (there are ${there})`);
  }
  const extent = array.shape.filter((n) => n !== 1);
  const size = sizeOf(extent);
  const frames = times + last;
  if (size > MOST) throw refusal(where, `${source} has ${size} numbers, too many for ${name}`);
  const fits = (...wanted: number[]): boolean => extent.join() === wanted.filter((n) => n !== 1).join(); // prettier-ignore
  // As many times as trajectories: the trajectories', for parameters change from one to the next.
  const indexOf: ((place: StatePlace) => number) | undefined =
    size === 1
      ? () => 0
      : fits(trajectories)
        ? ({ trajectory }) => trajectory
        : fits(frames)
          ? ({ time }) => time + last
          : fits(trajectories, frames)
            ? ({ trajectory, time }) =>
                time + last < frames ? trajectory * frames + time + last : -1
            : undefined;
  if (indexOf === undefined) {
    throw refusal(
      where,
      `${source} is [${array.shape.join(", ")}], neither one number, nor one for each of ${trajectories} trajectories or ${frames} times`,
    );
  }
  const values = toFloat64({ data: await array.read() });
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) throw refusal(where, `${source} holds ${values[bad]!} at position ${bad}`);
  return (place) => values[indexOf(place)] ?? NaN;
}

/** Of a state behind the last the times go on as the last two do. */
function timeAt(times: readonly number[], at: number): number {
  const end = times.length - 1;
  if (at <= end) return times[at]!;
  return times[end]! + (at - end) * (times[end]! - (times[end - 1] ?? NaN));
}

function refusal(where: string, why: string): UserError {
  return new UserError(
    "data/conditions",
    `${where} cannot be read with these conditions: ${why}.`,
    {
      where,
      todo: "State a number, or an array that has one for each trajectory, time, or both (--conditions on the command line).",
    },
  );
}
