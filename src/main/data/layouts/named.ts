/**
 * Files of no collection whose arrays or axes are named: NetCDF and xarray's Zarr by the names of dimensions, others by
 * arrays of one shape called as components are.
 */
import type { ArrayFile } from "../arrayFile";
import type { ArraySource } from "../arraySource";
import { parseAxes, usualAxes, type Axis } from "../axes";
import { isSpatial, type CoordinateAxis } from "../coordinates";
import { withoutAxis } from "../stacked";
import { axesByTime } from "./beside";
import { leafOf, namedChannels } from "./channelNames";
import type { Layout, Proposal } from "./proposal";

/** How people call axes; from the atmosphere, longitude and latitude. */
const words: Readonly<Record<Axis, readonly string[]>> = {
  trajectory: [
    "trajectory",
    "trajectories",
    "traj",
    "sample",
    "samples",
    "n",
    "batch",
    "b",
    "sim",
    "simulation",
    "run",
    "member",
    "ensemble",
    "realization",
    "case",
  ],
  time: ["time", "t", "times", "timestep", "time_step", "step", "valid_time"],
  particle: ["particle", "particles", "body", "bodies", "p"],
  channel: [
    "channel",
    "channels",
    "c",
    "component",
    "components",
    "comp",
    "variable",
    "var",
    "field",
    "feature",
    "features",
  ],
  z: ["z", "depth", "level", "lev", "height", "altitude"],
  y: ["y", "lat", "latitude", "row", "rows"],
  x: ["x", "lon", "longitude", "col", "column", "columns"],
};

/** The axes that dimensions of these names are; undefined where one is no known name or is there twice. */
export function axesOfDimensions(names: readonly string[] | undefined): Axis[] | undefined {
  if (names === undefined || names.length === 0) return undefined;
  const axes = names.map((name) =>
    (Object.keys(words) as Axis[]).find((axis) => words[axis].includes(name.toLowerCase())),
  );
  const known = axes.filter((axis) => axis !== undefined);
  return known.length === axes.length && new Set(known).size === known.length ? known : undefined;
}

/** What tells where something is, and is no state. */
const masks = /^(mask|land_?mask|wall|obstacle|boundary|fluid_?mask)$/i;

export const namedDimensions: Layout = (file) => {
  const seen = [...file.arrays.values()].flatMap((array) => {
    const axes =
      array.shape.length < 2 || array.mesh !== undefined
        ? undefined
        : axesOfDimensions(array.dimensions);
    return axes?.some(isSpatial) === true ? [{ array, axes }] : [];
  });
  const groups = new Map<string, Named[]>();
  for (const one of seen.map(withoutLone)) {
    const dimensions = one.array.dimensions!.join(", ");
    groups.set(dimensions, [...(groups.get(dimensions) ?? []), one]);
  }
  const [main, ...rest] = [...groups.values()]
    .filter((group) => group.some(isState))
    .toSorted((a, b) => Number(inTime(b[0]!)) - Number(inTime(a[0]!)) || b.length - a.length);
  const first = main?.[0];
  if (main === undefined || first === undefined) return undefined;
  const proposal = ofArrays(
    file,
    main.map(({ array }) => array),
    first.axes,
    {
      layout: file.format,
      evidence: `The file names the axes: ${first.array.dimensions!.join(", ")}.`,
    },
  );
  const others = rest.flat().filter(isState);
  return {
    ...proposal,
    others: [...(proposal.others ?? []), ...others],
    notices: [...proposal.notices, ...besides(proposal.input, others)],
  };
};

/** An array whose axes are named. */
interface Named {
  readonly array: ArraySource;
  readonly axes: readonly Axis[];
}

const isState = ({ array }: Named): boolean => !masks.test(leafOf(array.name));
const inTime = ({ axes }: Named): boolean => axes.includes("time");

/** Without a direction of space that is one point long, as the only level of an atmosphere, where others are longer. */
function withoutLone({ array, axes }: Named): Named {
  const { shape } = array;
  const extended = axes.filter((axis, i) => isSpatial(axis) && shape[i]! > 1);
  const at = axes.findIndex((axis, i) => isSpatial(axis) && shape[i] === 1);
  if (at < 0 || extended.length === 0) return { array, axes };
  return withoutLone({ array: withoutAxis(array, at), axes: axes.toSpliced(at, 1) });
}

/** What lies on other axes than the states, of which nobody would know otherwise. */
function besides(input: readonly Named[], others: readonly Named[]): string[] {
  const [one] = others;
  if (one === undefined) return [];
  const shown = others.slice(0, MOST_SHOWN).map(({ array }) => {
    return `${array.name} [${array.dimensions!.join(", ")}]`;
  });
  const more = others.length > MOST_SHOWN ? ` and ${others.length - MOST_SHOWN} more` : "";
  const names = [...input, one].map(({ array }) => array.name).join(",");
  return [
    `Left out, of other axes: ${shown.join(", ")}${more}. To take them, name them behind the others: let --input be ${names}.`,
  ];
}

/** Arrays that a notice names. */
const MOST_SHOWN = 6;

/** Arrays of one shape called like the components of a flow: density, vx, vy. */
export const namedArrays: Layout = (file) => {
  const candidates = [...file.arrays.values()].filter(
    ({ shape, mesh }) => shape.length >= 3 && mesh === undefined,
  );
  const first = candidates[0];
  if (first === undefined || candidates.length < 2) return undefined;
  const alike = candidates.filter(({ shape }) => shape.join() === first.shape.join());
  const left = candidates.length - alike.length;
  const rank = first.shape.length;
  // Without a channel axis: [n, t, x], [n, t, y, x], [n, t, z, y, x].
  const usual = usualAxes(rank + 1, true)?.filter((axis) => axis !== "channel");
  const byTime = axesByTime(first, file.arrays);
  const leaves = alike.map(({ name }) => leafOf(name).toLowerCase());
  const component = (letter: string): boolean =>
    leaves.some((name) => new RegExp(`(^|[_-])(v|u|vel|velocity)[_-]?${letter}$`).test(name));
  // A velocity along y is none on a line: three axes are frames of a plane.
  const frames = rank === 3 && component("y") ? parseAxes("t,y,x") : undefined;
  const axes = byTime ?? frames ?? usual;
  // On a line u and v may be two substances, or a plane's velocity once more.
  const isFlow = leaves.includes("u") && leaves.includes("v") && (rank > 3 || byTime !== undefined);
  const named = component("x") || isFlow;
  if (axes === undefined || left > 0 || !named) return undefined;
  const proposal = ofArrays(file, alike, axes, {
    layout: file.format,
    evidence: "Its arrays have one shape and are called as the components of fields are.",
  });
  return {
    ...proposal,
    notices: [`Axes of ${first.name} taken as ${axes.join(", ")}.`, ...proposal.notices],
  };
};

function ofArrays(
  file: ArrayFile,
  arrays: readonly ArraySource[],
  axes: readonly Axis[],
  { layout, evidence }: { layout: string; evidence: string },
): Proposal {
  const left = arrays.filter(({ name }) => masks.test(leafOf(name)));
  const kept = arrays.filter((array) => !left.includes(array));
  const part = (array: ArraySource) => ({ array, axes });
  const about = {
    layout,
    coordinates: coordinatesOf(file, arrays[0]!, axes),
    others: left.map(part),
    notices:
      left.length === 0
        ? []
        : [`Left out, as no states: ${left.map(({ name }) => name).join(", ")}.`],
  };
  // Channels on an axis of their own have no names.
  if (axes.includes("channel")) {
    return { ...about, evidence: [evidence], input: kept.map(part) };
  }
  const dimension = axes.filter(isSpatial).length;
  const flow = kept.filter((array) => /^[uvw]$/i.test(leafOf(array.name)) && isSpeed(file, array));
  const { order, fields, certain } = namedChannels(kept, dimension, flow);
  return {
    ...about,
    evidence: [evidence, "Its arrays are channels, called by their names."],
    input: order.map(part),
    fields: certain ? fields : undefined,
  };
}

/** Whether the file says of an array that it is a speed along an axis, in its unit or its CF standard name. */
function isSpeed(file: ArrayFile, { name }: ArraySource): boolean {
  const { units, standard_name: standard } = file.attributes(name);
  const unit = String(units ?? "").trim();
  return (
    /^(k|c|m)?m([ .*·]*s(\^|\*\*)?-1|\/s)$/.test(unit) ||
    /(wind|velocity)$/.test(String(standard ?? ""))
  );
}

/** An array called like the dimension holds its positions. */
function coordinatesOf(
  file: ArrayFile,
  array: ArraySource,
  axes: readonly Axis[],
): Proposal["coordinates"] {
  const names = array.dimensions;
  if (names === undefined) return undefined;
  const group = array.name.slice(0, array.name.length - leafOf(array.name).length);
  const found: Partial<Record<CoordinateAxis, ArraySource>> = {};
  axes.forEach((axis, i) => {
    if (axis !== "time" && !isSpatial(axis)) return;
    const values = file.arrays.get(group + names[i]!) ?? file.arrays.get(names[i]!);
    if (values?.shape.length === 1) found[axis as CoordinateAxis] = values;
  });
  return found;
}
