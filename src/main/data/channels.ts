/** What the channels of states are called and how they transform. */
import {
  channelLabels,
  checkFieldSpec,
  hasReading,
  parseFieldSpec,
  type ChannelLabel,
  type FieldSpec,
} from "../../shared/fields/spec";
import { UserError } from "../../shared/errors";
import { isSpatial } from "./coordinates";
import type { States } from "./states";

export interface Channels {
  /** undefined where nobody said. */
  readonly fields: FieldSpec | undefined;
  /** One a channel; of kind "unknown" where nobody said. */
  readonly labels: readonly ChannelLabel[];
}

/**
 * @param text `scalar:p,vector:v`
 * @throws UserError "fields/…"
 */
export function channelsOf(states: States, text: string | undefined): Channels {
  const count = states.shape[states.axes.indexOf("channel")] ?? 1;
  if (text === undefined) {
    const labels = Array.from({ length: count }, (_, c) => ({
      name: `channel ${c}`,
      kind: "unknown",
      group: "",
    }));
    return { fields: undefined, labels };
  }
  const dimension = states.axes.filter(isSpatial).length || undefined;
  const fields = parseFieldSpec(text, dimension);
  checkFieldSpec(fields, count, dimension);
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
