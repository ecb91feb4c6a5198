/** What the channels of states are called and how they transform. */
import {
  channelLabels,
  checkFieldSpec,
  parseFieldSpec,
  type ChannelLabel,
  type FieldSpec,
} from "../../shared/fields/spec";
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
  return { fields, labels: channelLabels(fields) };
}
