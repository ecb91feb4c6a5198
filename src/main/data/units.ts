/** Units of fields and axes: those that are stated, else what arrays say of themselves in an attribute `units`, as NetCDF's do. */
import { checkUnits, parseUnits, type Units } from "../../shared/fields/units";
import type { FieldSpec } from "../../shared/fields/spec";
import type { ArrayFile } from "./arrayFile";
import type { ArraySource } from "./arraySource";
import type { CoordinateAxis } from "./coordinates";
import { unitsSaid } from "./said";
import type { States } from "./states";

/**
 * @param coordinates arrays that hold positions and times
 * @param text as it is stated, `v=m/s,t=s`
 * @throws UserError "fields/units"
 */
export function unitsOf(
  file: Pick<ArrayFile, "attributes" | "units">,
  states: States,
  fields: FieldSpec | undefined,
  coordinates: Readonly<Partial<Record<CoordinateAxis, ArraySource>>> | undefined,
  text: string | undefined,
): Units {
  const stated = parseUnits(text);
  checkUnits(stated, fields, states.axes);
  const own: Record<string, string> = {};
  const put = (name: string, array: ArraySource | undefined): void => {
    const unit = array === undefined ? undefined : file.attributes(array.name)["units"];
    // "1" is how NetCDF writes a pure number, and "seconds since 1970-01-01" is a calendar, no unit.
    if (typeof unit !== "string" || ["", "1"].includes(unit.trim())) return;
    own[name] = unit.trim().replace(/ since .*$/u, "");
  };
  const arrays = arrayOfChannels(states);
  for (const { name, channels } of fields ?? []) put(name, arrays[channels[0]!]);
  for (const [axis, array] of Object.entries(coordinates ?? {})) {
    put(axis === "time" ? "t" : axis, array);
  }
  const there = [...(fields ?? []).map(({ name }) => name), "x", "y", "z", "t"];
  return { ...own, ...unitsSaid(file, there), ...stated };
}

/** Which array each channel lies in. */
function arrayOfChannels({ parts }: States): ArraySource[] {
  return parts.flatMap(({ array, axes }) => {
    const at = axes.indexOf("channel");
    return new Array<ArraySource>(at < 0 ? 1 : array.shape[at]!).fill(array);
  });
}
