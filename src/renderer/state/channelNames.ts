/** What pictures and tables call a channel: its name and, where one is stated, its unit. */
import type { DataInfo } from "../../shared/contract";
import { withUnit } from "../../shared/fields/units";

/** `v.x (m/s)`, or its number where nobody named it. */
export function nameOfChannel(info: DataInfo, channel: number): string {
  const label = info.channels[channel];
  return label === undefined ? `channel ${channel}` : withUnit(label, info.units);
}

/** `m/s`, or nothing where none is stated. */
export function unitOfChannel(info: DataInfo, channel: number): string {
  return info.units?.[info.channels[channel]?.group ?? ""] ?? "";
}
