/** Several successive states as one input, for models that look back: their channels one after another, earliest first. */
import { UserError } from "../../shared/errors";
import { showFieldSpec, type FieldSpec } from "../../shared/fields/spec";
import { sizeOf } from "../../shared/tensor";
import { roomFor } from "./room";
import type { States } from "./states";

/**
 * @param count of states in an input; the time of an input is that of its earliest
 * @throws UserError "data/history" where there is no time, too few of them, or no channels
 */
export function withHistory(states: States, count: number): States {
  if (count === 1) return states;
  const { axes, shape, times, where } = states;
  const at = axes.indexOf("channel");
  if (at < 0 || times <= count) {
    throw new UserError(
      "data/history",
      at < 0
        ? `${where} has no channels that a history could be stacked along.`
        : `${where} has ${times} states a trajectory, which are too few for inputs of ${count} and a target.`,
      { where, todo: `Choose a shorter history (--history on the command line).` },
    );
  }
  const stacked = shape.map((extent, axis) => (axis === at ? count * extent : extent));
  const rows = sizeOf(shape.slice(0, at));
  const inner = sizeOf(shape.slice(at));
  return {
    ...states,
    times: times - count + 1,
    lengths: states.lengths?.map((length) => Math.max(0, length - count + 1)),
    shape: stacked,
    async read(places, into) {
      const frames = places.flatMap(({ trajectory, time }) =>
        Array.from({ length: count }, (_, k) => ({ trajectory, time: time + k })),
      );
      const read = await states.read(frames, rows === 1 ? into : undefined);
      const type = { dtype: read.dtype, shape: [places.length, ...stacked] };
      if (rows === 1) return { ...type, data: read.data };
      const data = roomFor(read.dtype, read.data.length, into);
      for (let i = 0; i < frames.length * rows; i++) {
        const [frame, row] = [Math.floor(i / rows), i % rows];
        const [place, k] = [Math.floor(frame / count), frame % count];
        const to = ((place * rows + row) * count + k) * inner;
        data.set(read.data.subarray(i * inner, (i + 1) * inner) as never, to);
      }
      return { ...type, data };
    },
  };
}

/** The fields of an input of several states: `v` of the earliest is `v_1`, so each state moves as it does alone. */
export function fieldsWithHistory(fields: FieldSpec, count: number): string {
  if (count === 1) return showFieldSpec(fields);
  return Array.from({ length: count }, (_, k) =>
    showFieldSpec(fields.map((group) => ({ ...group, name: `${group.name}_${k + 1}` }))),
  ).join(",");
}
