/** An evolution's arrays [seed, checkpoint, element, sample] as its figures need them. */
import type { RunRecord, RunResult } from "../run";
import { toFloat64 } from "../tensor";
import { arrange, elementLabel, elementsOf } from "./elements";
import type { FigureView } from "./figure";
import { distinct } from "./lieCheckpoints";
import type { Scale } from "./scale";

interface Moment {
  readonly name: string;
  readonly epoch: number | null;
}

export function seedsOf({ summary }: RunRecord): string[] {
  return Array.isArray(summary.seeds) ? summary.seeds.map(String) : [""];
}

export function momentsOf({ summary }: RunRecord): Moment[] {
  return (summary.checkpoints ?? []) as Moment[];
}

/** What the moments are called on an axis: their epochs, where all names have a number. */
export function momentNames(record: RunRecord): string[] {
  const moments = momentsOf(record);
  const numbered = moments.every(({ epoch }) => epoch !== null);
  return numbered
    ? moments.map(({ epoch }) => String(epoch))
    : distinct(moments.map(({ name }) => name));
}

/** Letters of labels that fit side by side at 85 mm, with a space between them. */
const LETTERS = 26;

/**
 * Moments along an axis: at their epochs, whose root is taken unless they are evenly spaced, for what happens, happens
 * early and is kept densely there; at equal distances where they have no ascending epochs.
 */
export function momentAxis(record: RunRecord): { name: string; scale: Scale } {
  const names = momentNames(record);
  const epochs = momentsOf(record).map(({ epoch }) => epoch ?? NaN);
  const steps = epochs.slice(1).map((epoch, k) => epoch - epochs[k]!);
  const timed = epochs.length > 1 && epochs[0]! >= 0 && steps.every((step) => step > 0);
  const even = steps.every((step) => step === steps[0]);
  const named = epochs.some(Number.isNaN) ? "checkpoint" : "epoch";
  const places = timed
    ? epochs.map((epoch) => (even ? epoch : Math.sqrt(epoch)))
    : [...names.keys()];
  const [min, max] = [places[0] ?? 0, places.length > 1 ? places.at(-1)! : (places[0] ?? 0) + 1];
  const kept = fitting(names, places, (max - min) / LETTERS);
  return {
    name: timed ? (even ? "epoch" : "epoch, square-root scale") : named,
    scale: {
      min,
      max,
      ticks: kept.map((k) => places[k]!),
      label: (coordinate) => names[nearest(places, coordinate)] ?? "",
      place: (k) => places[k] ?? NaN,
    },
  };
}

/** Positions of names that do not meet: the first, the last, and between them what fits. */
function fitting(names: readonly string[], places: readonly number[], letter: number): number[] {
  const last = names.length - 1;
  const apart = (a: number, b: number): boolean =>
    places[b]! - places[a]! >= letter * ((names[a]!.length + names[b]!.length) / 2 + 1);
  const kept: number[] = [];
  for (const k of names.keys()) {
    const before = kept.at(-1);
    const clear = before === undefined || apart(before, k);
    if (k === last || (clear && (before === undefined || apart(k, last)))) kept.push(k);
  }
  return kept;
}

function nearest(places: readonly number[], at: number): number {
  return places.reduce(
    (best, place, k) => (Math.abs(place - at) < Math.abs(places[best]! - at) ? k : best),
    0,
  );
}

/** Values of one training at one moment for some of the elements, NaN left in: [elements · samples]. */
export function valuesAt(
  run: RunResult,
  name: string,
  seed: number,
  moment: number,
  elements: readonly number[],
): number[] {
  const array = run.arrays[name];
  if (array === undefined) return [];
  const [, moments = 0, count = 0, n = 0] = array.shape;
  const data = toFloat64(array);
  return elements.flatMap((g) => {
    const start = ((seed * moments + moment) * count + g) * n;
    return [...data.subarray(start, start + n)];
  });
}

/** Elements that are drawn as one, without the identity. */
export interface ElementSet {
  readonly label: string;
  /** Positions on the arrays' element axis. */
  readonly elements: readonly number[];
  /** Which of a subgroup's curves in the summary it has; null where it is no subgroup's. */
  readonly of: { readonly key: string; readonly side: "inside" | "complement" } | null;
}

/** The subgroup that is set apart and the other elements; all of them where none is. */
export function elementSets(record: RunRecord, view: FigureView): ElementSet[] {
  const ids = elementsOf(record);
  const { parts, slots } = arrange(record, view);
  const within = ({ from, to }: { from: number; to: number }): string[] =>
    slots.filter(({ x }) => x >= from && x <= to).map(({ id }) => id);
  const places = (members: readonly string[]): number[] =>
    members.filter((id) => id !== "e").map((id) => ids.indexOf(id));
  const [inside, outside] = parts;
  if (inside === undefined || outside === undefined) {
    const moving = places(ids);
    return [
      {
        label: moving.length > 0 ? "all elements" : "e",
        elements: moving.length > 0 ? moving : [0],
        of: null,
      },
    ];
  }
  const key = subgroupKey(record, within(inside));
  return [
    {
      label: withoutIdentity(inside.label, within(inside)),
      elements: places(within(inside)),
      of: key === null ? null : { key, side: "inside" },
    },
    {
      label: outside.label,
      elements: places(within(outside)),
      of: key === null ? null : { key, side: "complement" },
    },
  ];
}

/** Elements of a subgroup that a legend has room for. */
const FEW = 6;

/** "V4 ∖ e = {r², sr, sr³}": a name alone does not say which of several such subgroups it is. */
function withoutIdentity(name: string, members: readonly string[]): string {
  const moving = members.filter((id) => id !== "e").map(elementLabel);
  const told = name.startsWith("{") || moving.length > FEW ? "" : ` = {${moving.join(", ")}}`;
  return `${name} ∖ e${told}`;
}

/** The summary's name of the subgroup with these elements. */
function subgroupKey({ summary }: RunRecord, members: readonly string[]): string | null {
  const all = (summary.subgroups ?? []) as readonly { key: string; elements: readonly string[] }[];
  const found = all.find(
    ({ elements }) =>
      elements.length === members.length && elements.every((id) => members.includes(id)),
  );
  return found?.key ?? null;
}

type Bounds = readonly { readonly low: number | null; readonly high: number | null }[];

/** 95 % intervals of the median at each moment; null where the run has none. */
export function boundsOf(
  { summary }: RunRecord,
  { of }: ElementSet,
  quantity: string,
): { low: number[]; high: number[] } | null {
  if (of === null) return null;
  const curves = summary.curves as
    | { subgroups: readonly ({ key: string } & Record<string, Record<string, Bounds>>)[] }
    | undefined;
  const found = curves?.subgroups.find(({ key }) => key === of.key)?.[of.side]?.[quantity];
  if (found === undefined) return null;
  return {
    low: found.map(({ low }) => low ?? NaN),
    high: found.map(({ high }) => high ?? NaN),
  };
}
