/** What the channels of states are called and how they transform. */
import {
  channelCount,
  channelLabels,
  checkFieldSpec,
  hasReading,
  parseFieldSpec,
  type ChannelLabel,
  type FieldSpec,
} from "../../shared/fields/spec";
import { UserError } from "../../shared/errors";
import { isSpatial } from "./coordinates";
import { legal, leafOf } from "./layouts/channelNames";
import type { States } from "./states";

export interface Channels {
  /** undefined where nobody said. */
  readonly fields: FieldSpec | undefined;
  /** One a channel; of kind "unknown" where nobody said. */
  readonly labels: readonly ChannelLabel[];
  /** Channels whose names are known and whose kinds are not, each by itself. */
  readonly named?: FieldSpec;
}

/**
 * @param text `scalar:p,vector:v`
 * @param names of the channels, where the file states them without their kinds; else arrays' names are theirs
 * @throws UserError "fields/…"
 */
export function channelsOf(
  states: States,
  text: string | undefined,
  names?: readonly string[],
): Channels {
  const count = states.shape[states.axes.indexOf("channel")] ?? 1;
  if (text === undefined) {
    const known = names?.length === count ? names : namesOfArrays(states, count);
    const labels = Array.from({ length: count }, (_, c) => ({
      name: known?.[c] ?? `channel ${c}`,
      kind: "unknown",
      group: known?.[c] ?? "",
    }));
    const named = known?.map((name, c) => ({ name, kind: "scalar" as const, channels: [c] }));
    return { fields: undefined, labels, ...(named === undefined ? {} : { named }) };
  }
  const dimension = states.axes.filter(isSpatial).length || undefined;
  const fields = parseFieldSpec(text, dimension);
  checkChannels(fields, states, dimension);
  const other = dimension === undefined ? fields.find(hasReading) : undefined;
  if (other !== undefined) {
    throw new UserError(
      "fields/reading",
      `Fields "${text}": components of ${other.name} in another order are read of fields on a grid only, and these states lie on none.`,
      { todo: "Leave the brackets out, and store the components in the order x, y, z." },
    );
  }
  return { fields, labels: channelLabels(fields) };
}

/** As `checkFieldSpec`; where one other axis has as many elements as the fields have channels, that is said. */
function checkChannels(fields: FieldSpec, states: States, dimension: number | undefined): void {
  const { axes, shape } = states;
  try {
    checkFieldSpec(fields, shape[axes.indexOf("channel")] ?? 1, dimension);
  } catch (error) {
    const named = channelCount(fields);
    const fitting = axes.filter((axis, i) => axis !== "channel" && shape[i] === named);
    if (!(error instanceof UserError) || fitting.length !== 1) throw error;
    throw new UserError(error.code, error.message, {
      todo: `The axis that is read as ${fitting[0]!} has ${named}: if the channels are there, state the axes (--axes on the command line, such as b,y,x,c).`,
    });
  }
}

/**
 * The arrays' names, where there are several or the file names the axes of the one that is the channel; of an array that
 * holds several channels with what tells them apart: rho, vel_x, vel_y. Else undefined.
 */
function namesOfArrays({ parts, axes }: States, count: number): string[] | undefined {
  const [first] = parts;
  const unnamed = first!.array.name === "" || first!.array.dimensions === undefined;
  if (parts.length === 1 && (unnamed || first!.axes.includes("channel"))) return undefined;
  const directions = axes.filter(isSpatial).length;
  const names = parts.flatMap(({ array, axes: own }) => {
    const name = legal(leafOf(array.name));
    const channels = own.includes("channel") ? array.shape[own.indexOf("channel")]! : 1;
    if (channels === 1) return [name];
    const letters = channels === directions ? [..."xyz"] : [];
    return Array.from({ length: channels }, (_, c) => `${name}_${letters[c] ?? c}`);
  });
  return names.length === count && new Set(names).size === count ? names : undefined;
}
