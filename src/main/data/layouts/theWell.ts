/**
 * The Well: fields in groups by their tensor order, with the axes along which they vary in attributes.
 * Ohana et al. 2024, arXiv:2412.00568, and the format's own documentation.
 */
import type { ArrayFile, AttributeValue } from "../arrayFile";
import type { ArraySource } from "../arraySource";
import type { Axis } from "../axes";
import type { CoordinateAxis } from "../coordinates";
import { parseFieldSpec, showFieldSpec } from "../../../shared/fields/spec";
import { joinedTail } from "../stacked";
import { OWN_FIELDS } from "../write/ownWords";
import { leafOf, legal } from "./channelNames";
import type { Layout, Proposal, ProposedPart } from "./proposal";

const space = ["x", "y", "z"] as const;

interface Field extends ProposedPart {
  readonly name: string;
  readonly order: number;
  readonly fields: string;
}

export const theWell: Layout = (file) => {
  const names = [...file.arrays.keys()].filter((name) => /^t[0-2]_fields\//.test(name));
  const root = file.attributes("");
  const dimension = Number(root["n_spatial_dims"] ?? Number.NaN);
  if (names.length === 0 || !(dimension >= 1 && dimension <= 3)) return undefined;
  const own = ownKinds(root[OWN_FIELDS], dimension);
  const isAlone = (name: string): boolean =>
    names.every((other) => other === name || leafOf(other) !== leafOf(name));
  const fields = inOrder(file, names).map((name) =>
    fieldOf(file, name, isAlone(name), dimension, own),
  );
  const input = usual(fields, own);
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
    fields: input.map((field) => field.fields).join(","),
    boundary: boundaryOf(file, directions(file, dimension)),
    coordinates: coordinatesOf(file, dimension),
    notices: noticesOf(fields, left),
    remarks: foreignDirections(directions(file, dimension)),
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

/** @param alone whether no other array has the name without its group */
function fieldOf(
  file: ArrayFile,
  path: string,
  alone: boolean,
  dimension: number,
  own: ReadonlyMap<string, string>,
): Field {
  const stored = file.arrays.get(path)!;
  const name = alone ? leafOf(path) : legal(path);
  const order = Number(path[1]);
  const about = file.attributes(path);
  const varying = Array.isArray(about["dim_varying"]) ? about["dim_varying"] : [];
  const where: Axis[] = [
    ...(isFalse(about["sample_varying"]) ? [] : (["trajectory"] as const)),
    ...(isFalse(about["time_varying"]) ? [] : (["time"] as const)),
    ...space.slice(0, dimension).filter((_, i) => !isFalse(varying[i])),
  ];
  const array = order === 2 ? joinedTail(stored, 2) : stored;
  const axes = order === 0 ? where : [...where, "channel" as const];
  const fields = own.get(name) ?? kindOf(name, order, array, dimension);
  return { name, array, axes, order, fields };
}

/** Some writers have numbers for truth values, as ours does. */
const isFalse = (value: unknown): boolean => value === false || value === 0;

/** As its order says; components of another number than its order has are called scalars, each by itself. */
function kindOf(name: string, order: number, { shape }: ArraySource, dimension: number): string {
  if (order === 0) return `scalar:${name}`;
  const components = shape.at(-1)!;
  if (order === 1 && components === dimension) return `vector:${name}`;
  if (order === 2 && components === dimension ** 2) return `tensor:${name}`;
  return Array.from({ length: components }, (_, i) => `scalar:${name}_${i}`).join(",");
}

/** By name of a field its kind as our own files state it; empty where nothing does, or nothing that is understood. */
function ownKinds(text: AttributeValue | undefined, dimension: number): Map<string, string> {
  if (typeof text !== "string") return new Map();
  try {
    const spec = parseFieldSpec(text, dimension);
    return new Map(spec.map((group) => [group.name, showFieldSpec([group])]));
  } catch {
    return new Map();
  }
}

/**
 * What is read where nobody names arrays: all that moves but for tensors. These are taken where our own words count them
 * among the fields, and where nothing else moves.
 */
function usual(fields: readonly Field[], own: ReadonlyMap<string, string>): readonly Field[] {
  const moving = fields.filter(({ axes }) => axes.includes("time"));
  const plain = (some: readonly Field[]): Field[] =>
    some.filter(({ order, name }) => order < 2 || own.has(name));
  return [plain(moving), moving, plain(fields), fields].find(({ length }) => length > 0)!;
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

/** What is left out, and how it is taken. */
function noticesOf(fields: readonly Field[], left: readonly Field[]): string[] {
  if (left.length === 0) return [];
  const still = left.filter(({ axes }) => !axes.includes("time"));
  const tensors = left.filter((field) => !still.includes(field));
  const named = (some: readonly Field[], by: string): string =>
    some.map(({ name, array }) => (name === leafOf(array.name) ? name : array.name)).join(by);
  const all = [...fields.filter((field) => !left.includes(field)), ...tensors, ...still];
  return [
    ...(still.length === 0 ? [] : [`Left out, the same at all times: ${named(still, ", ")}.`]),
    ...(tensors.length === 0 ? [] : [`Left out, tensors of order 2: ${named(tensors, ", ")}.`]),
    `To take what is left out, let --input be ${named(all, ",")}, or some of these.`,
  ];
}

function foreignDirections(names: readonly string[]): string[] {
  if (names.every((name, i) => name === space[i])) return [];
  return [
    `The grid’s directions are ${names.join(", ")}, shown as ${space.slice(0, names.length).join(", ")}: they are no plane’s, and groups of the plane need not be symmetries.`,
  ];
}

function wordsOf(value: AttributeValue | undefined): string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.map(String) : [];
}
