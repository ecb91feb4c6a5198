/**
 * The Well: fields in groups by their tensor order, with the axes along which they vary in attributes.
 * Ohana et al. 2024, arXiv:2412.00568, and the format's own documentation.
 */
import type { ArrayFile, AttributeValue } from "../arrayFile";
import type { ArraySource } from "../arraySource";
import type { Axis } from "../axes";
import type { CoordinateAxis } from "../coordinates";
import { joinedTail } from "../stacked";
import { leafOf } from "./channelNames";
import type { Layout, Proposal } from "./proposal";

const space = ["x", "y", "z"] as const;

interface Field {
  readonly name: string;
  readonly array: ArraySource;
  readonly axes: readonly Axis[];
  readonly order: number;
}

export const theWell: Layout = (file) => {
  const names = [...file.arrays.keys()].filter((name) => /^t[0-2]_fields\//.test(name));
  const root = file.attributes("");
  const dimension = Number(root["n_spatial_dims"] ?? Number.NaN);
  if (names.length === 0 || !(dimension >= 1 && dimension <= 3)) return undefined;
  const fields = inOrder(file, names).map((name) => fieldOf(file, name, dimension));
  const moving = fields.filter(({ order, axes }) => order < 2 && axes.includes("time"));
  const chosen = moving.length > 0 ? moving : fields.filter(({ order }) => order < 2);
  const input = chosen.length > 0 ? chosen : fields;
  const left = fields.filter((field) => !input.includes(field));
  return {
    layout: "The Well",
    evidence: [
      `Its fields lie in ${[...new Set(names.map((name) => name.split("/")[0]!))].join(", ")} and it states n_spatial_dims ${dimension}, as files of The Well do.`,
      ...(typeof root["dataset_name"] === "string"
        ? [`It calls itself ${root["dataset_name"]}.`]
        : []),
      `Axes are those that the attributes sample_varying, time_varying and dim_varying name; the first direction of space is x.`,
    ],
    input,
    others: left,
    fields: fieldsText(input, dimension),
    boundary: boundaryOf(file, directions(file, dimension)),
    coordinates: coordinatesOf(file, dimension),
    notices: noticesOf(file, left, dimension),
  };
};

/** As the attribute field_names of each group orders them, else as the file has them. */
function inOrder(file: ArrayFile, names: readonly string[]): string[] {
  const rank = (name: string): number => {
    const [group = "", leaf = ""] = name.split("/");
    const listed = wordsOf(file.attributes(group)["field_names"]).indexOf(leaf);
    return Number(group[1]) * 1000 + (listed < 0 ? 999 : listed);
  };
  return [...names].sort((a, b) => rank(a) - rank(b));
}

function fieldOf(file: ArrayFile, name: string, dimension: number): Field {
  const array = file.arrays.get(name)!;
  const order = Number(name[1]);
  const about = file.attributes(name);
  const varying = Array.isArray(about["dim_varying"]) ? about["dim_varying"] : [];
  const axes: Axis[] = [
    ...(about["sample_varying"] === false ? [] : (["trajectory"] as const)),
    ...(about["time_varying"] === false ? [] : (["time"] as const)),
    ...space.slice(0, dimension).filter((_, i) => varying[i] !== false),
  ];
  if (order === 0) return { name: leafOf(name), array, axes, order };
  const source = order === 2 ? joinedTail(array, 2) : array;
  return { name: leafOf(name), array: source, axes: [...axes, "channel"], order };
}

/** A tensor's components transform in a way that no kind of field here has: each by itself is called a scalar. */
function fieldsText(fields: readonly Field[], dimension: number): string {
  return fields
    .flatMap(({ name, array, order }) => {
      const components = order === 0 ? 1 : array.shape.at(-1)!;
      if (order === 0) return [`scalar:${name}`];
      if (order === 1 && components === dimension) return [`vector:${name}`];
      return Array.from({ length: components }, (_, i) => `scalar:${name}_${i}`);
    })
    .join(",");
}

/** What the file calls the directions of space, in order. */
function directions(file: ArrayFile, dimension: number): string[] {
  const stated = wordsOf(file.attributes("dimensions")["spatial_dims"]);
  return stated.length === dimension ? stated : space.slice(0, dimension);
}

function coordinatesOf(file: ArrayFile, dimension: number): Proposal["coordinates"] {
  const found: Partial<Record<CoordinateAxis, ArraySource>> = {};
  directions(file, dimension).forEach((name, i) => {
    const array = file.arrays.get(`dimensions/${name}`);
    if (array !== undefined) found[space[i]!] = array;
  });
  const time = file.arrays.get("dimensions/time");
  if (time !== undefined) found.time = time;
  return found;
}

function boundaryOf(file: ArrayFile, names: readonly string[]): string | undefined {
  const groups = new Set(
    [...file.arrays.keys()]
      .filter((name) => name.startsWith("boundary_conditions/"))
      .map((name) => name.split("/").slice(0, 2).join("/")),
  );
  const kinds = new Map<string, string>();
  for (const group of groups) {
    const about = file.attributes(group);
    const kind = String(about["bc_type"] ?? "").toLowerCase();
    if (kind === "") continue;
    for (const name of wordsOf(about["associated_dims"])) {
      const axis = space[names.indexOf(name)];
      // A direction with two kinds (a wall here, open there) is not periodic.
      if (axis !== undefined && kinds.get(axis) !== "wall") kinds.set(axis, kind);
    }
  }
  if (kinds.size < names.length) return undefined;
  const all = space.slice(0, names.length).map((axis) => kinds.get(axis)!);
  if (all.every((kind) => kind === "periodic")) return "periodic";
  if (all.every((kind) => kind === "open")) return "open";
  return all.map((kind, i) => `${space[i]!} ${kind}`).join(", ");
}

function noticesOf(file: ArrayFile, left: readonly Field[], dimension: number): string[] {
  const names = directions(file, dimension);
  const foreign = names.filter((name, i) => name !== space[i]);
  const still = left.filter(({ order }) => order < 2).map(({ name }) => name);
  const tensors = left.filter(({ order }) => order === 2).map(({ name }) => name);
  return [
    ...(foreign.length === 0
      ? []
      : [
          `The grid’s directions are ${names.join(", ")}, shown as ${space.slice(0, dimension).join(", ")}: they are no plane’s, and groups of the plane need not be symmetries.`,
        ]),
    ...(still.length === 0 ? [] : [`Left out, the same at all times: ${still.join(", ")}.`]),
    ...(tensors.length === 0 ? [] : [`Left out, tensors of order 2: ${tensors.join(", ")}.`]),
  ];
}

function wordsOf(value: AttributeValue | undefined): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.map(String) : [];
}
