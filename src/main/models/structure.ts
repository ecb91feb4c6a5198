/**
 * Weights put to a network without the help of names: by shape where only one has it, and by order where several do.
 * Order is believed only where the network's file lists these tensors in the order in which it uses them, and where the
 * weights lie layer by layer, or are numbered layers of one kind ("dense", "dense_1").
 */
import { UserError } from "../../shared/errors";
import { printable } from "../graph/onnx/printable";
import { arrangement, type Arrangement } from "./arrange";
import { byParts, isNumber, roleOf, stemOf } from "./names";
import type { Use } from "./places";

export interface Item {
  readonly name: string;
  readonly shape: readonly number[];
}

export interface Pair {
  readonly place: string;
  readonly tensor: string;
  readonly how: "shape" | "order";
  readonly axes: Arrangement;
}

export interface Offered {
  readonly tensors: readonly Item[];
  /** Whether they are in the order of the layers; by name where not. */
  readonly ordered: boolean;
  /** Of the file, for messages. */
  readonly path: string;
}

/**
 * @returns undefined where the shapes on both sides are not the same, up to the order of axes
 * @throws UserError "weights/ambiguous" where several could stand in each other's place
 */
export function matchStructure(
  { tensors, ordered, path }: Offered,
  places: readonly Item[],
  uses: ReadonlyMap<string, Use>,
): Pair[] | undefined {
  if (tensors.length !== places.length || tensors.length === 0) return undefined;
  const sorted = ordered ? tensors : [...tensors].sort((a, b) => byParts(a.name, b.name));
  const roles = new Map([...rolesIn(tensors), ...rolesIn(places)]);
  const offered = classes(sorted);
  const wanted = classes(places);
  if (offered.size !== wanted.size) return undefined;
  const pairs: Pair[] = [];
  // Matrices first, square ones last of them: they tell of the others' axes, and of what stands beside them in a layer.
  const rankOf = (key: string): number => {
    const extents = key.split(",");
    return extents.length - (extents.length === 2 && extents[0] === extents[1] ? 0.5 : 0);
  };
  for (const [key, all] of [...wanted].sort(([a], [b]) => rankOf(b) - rankOf(a))) {
    const offers = offered.get(key);
    if (offers?.length !== all.length) return undefined;
    const beside = besides(offers, all, pairs);
    pairs.push(...beside);
    const here = offers.filter(({ name }) => !beside.some(({ tensor }) => tensor === name));
    const there = all.filter(({ name }) => !beside.some(({ place }) => place === name));
    if (here.length === 0) continue;
    for (const [ours, theirs] of byRole(here, there, roles, path)) {
      const alike = ordered || new Set(ours.map(({ name }) => stemOf(name))).size === 1;
      if (!alike || !inOrderOfUse(theirs, uses)) throw ambiguous(path, ours, theirs);
      ours.forEach((tensor, k) => {
        const place = theirs[k]!;
        const use = uses.get(place.name);
        const axes = arrangement(layoutName(tensor, pairs, uses), tensor.shape, place.shape, use);
        if (axes === undefined || axes === "unknown") throw ambiguous(path, ours, theirs);
        const how = ours.length === 1 ? "shape" : "order";
        pairs.push({ place: place.name, tensor: tensor.name, how, axes });
      });
    }
  }
  return pairs;
}

/** Vectors of layers whose matrices are placed already: a bias goes with its kernel. */
function besides(
  tensors: readonly Item[],
  places: readonly Item[],
  placed: readonly Pair[],
): Pair[] {
  const layerOf = (name: string): string => name.replace(/[^./]*$/, "");
  if (tensors.length === 1) return [];
  return tensors.flatMap(({ name, shape }): Pair[] => {
    const [layer, role] = [layerOf(name), roleOf(name)];
    if (layer === "" || role === undefined || shape.length > 1) return [];
    const known = placed.filter(({ tensor }) => layerOf(tensor) === layer);
    const layers = new Set(known.map(({ place }) => layerOf(place)));
    if (layers.size !== 1) return [];
    const [there] = layers;
    const fitting = places.filter(
      (place) => layerOf(place.name) === there && roleOf(place.name) === role,
    );
    if (fitting.length !== 1) return [];
    return [{ place: fitting[0]!.name, tensor: name, how: "order", axes: null }];
  });
}

/**
 * A name that says how axes lie. Equinox lays out its weights as PyTorch does; a file of numbered arrays is all of one
 * library, so that those placed already tell it for a square matrix.
 */
function layoutName(
  { name }: Item,
  placed: readonly Pair[],
  uses: ReadonlyMap<string, Use>,
): string {
  if (/^\d+$/.test(name)) return "weight";
  if (!isNumber(name)) return name;
  const orders = new Set(
    placed.flatMap(({ place, axes }) => {
      const order = uses.get(place)?.order;
      if (order === undefined) return [];
      return [(order === "out-first") === (axes === null) ? "weight" : "kernel"];
    }),
  );
  const [only, another] = orders;
  return another === undefined ? (only ?? name) : name;
}

/** Tensors of the same extents, in whatever order of axes. */
function classes(items: readonly Item[]): Map<string, Item[]> {
  const found = new Map<string, Item[]>();
  for (const item of items) {
    const key = item.shape
      .filter((extent) => extent !== 1)
      .sort((a, b) => a - b)
      .join();
    found.set(key, [...(found.get(key) ?? []), item]);
  }
  return found;
}

/** A normalisation's weight and bias are vectors both, a linear layer's only the bias. */
type LayerRole = ReturnType<typeof roleOf> | "scale" | "shift";

function rolesIn(items: readonly Item[]): Map<Item, LayerRole> {
  const layerOf = (name: string): string => name.replace(/[^./]*$/, "");
  const isVector = ({ shape }: Item): boolean => shape.filter((extent) => extent !== 1).length < 2;
  const normalised = new Set(
    items
      .filter((item) => roleOf(item.name) === "weight" && isVector(item))
      .map(({ name }) => layerOf(name)),
  );
  return new Map(
    items.map((item) => {
      const role = roleOf(item.name);
      const norm = normalised.has(layerOf(item.name));
      if (role === "weight" && norm) return [item, "scale"];
      return [item, role === "bias" && norm ? "shift" : role];
    }),
  );
}

/** Scales and shifts have the same shape: names of both sides tell them apart, or else leaves' order does. */
function byRole(
  tensors: readonly Item[],
  places: readonly Item[],
  roleIn: ReadonlyMap<Item, LayerRole>,
  path: string,
): [readonly Item[], readonly Item[]][] {
  const roles = new Set(tensors.map((item) => roleIn.get(item)));
  const wanted = new Set(places.map((item) => roleIn.get(item)));
  if (roles.size === 1 && wanted.size === 1) return [[tensors, places]];
  if (tensors.every(({ name }) => isNumber(name))) return [[tensors, places]];
  if (roles.has(undefined) || wanted.has(undefined)) throw ambiguous(path, tensors, places);
  return [...wanted].map((role) => {
    const ours = tensors.filter((item) => roleIn.get(item) === role);
    const theirs = places.filter((item) => roleIn.get(item) === role);
    if (ours.length !== theirs.length) throw ambiguous(path, tensors, places);
    return [ours, theirs];
  });
}

function inOrderOfUse(places: readonly Item[], uses: ReadonlyMap<string, Use>): boolean {
  const ranks = places.map(({ name }) => uses.get(name)?.rank ?? -1);
  return ranks.every((rank, i) => i === 0 || rank > ranks[i - 1]!);
}

function ambiguous(path: string, tensors: readonly Item[], places: readonly Item[]): UserError {
  const [first] = places;
  const list = (items: readonly Item[]): string =>
    `${items
      .slice(0, 3)
      .map(({ name }) => name)
      .join(", ")}${items.length > 3 ? " …" : ""}`;
  return new UserError(
    "weights/ambiguous",
    `${path}: ${printable(list(tensors))} could be ${printable(list(places))}, all of extents [${first?.shape.join(", ") ?? ""}], and neither names nor order tell which.`,
    {
      where: path,
      todo: "Save the weights under the network's own names, as a dict of arrays with numpy.savez or as safetensors.",
    },
  );
}
