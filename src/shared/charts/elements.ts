/** How charts name, colour and arrange group elements: the paper's letters, one colour each, a subgroup set apart. */
import { d4, knownSubgroup } from "../groups/catalogue";
import type { RunRecord } from "../run";
import type { FigureView } from "./figure";
import type { ChartTheme } from "./theme";

const superscripts = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** An integer in raised digits: −3 gives ⁻³. */
export function raised(exponent: number): string {
  const digits = String(Math.abs(exponent)).replace(/\d/g, (digit) => superscripts[Number(digit)]!);
  return exponent < 0 ? `⁻${digits}` : digits;
}

/** The paper's letters: r2 is r², sr3 is sr³; names of other groups as they are. */
export function elementLabel(id: string): string {
  const match = /^(s?r)(\d+)$/.exec(id);
  return match === null ? id : `${match[1]!}${raised(Number(match[2]))}`;
}

/**
 * The colour of one of `ids`: D4's elements by their place in D4 even where a run has only some of them, others, and a
 * quantity that happens to be called r, by position.
 */
export function elementColour(theme: ChartTheme, ids: readonly string[], position: number): string {
  const places = ids.map((id) => d4.elements.findIndex((element) => element.id === id));
  const place = places.includes(-1) ? position : places[position]!;
  return theme.series[place % theme.series.length]!;
}

/**
 * What the run's arrays begin with, in their order: its group elements, the generators of a Lie derivative, or the
 * quantities of a conservation check.
 */
export function elementsOf(record: RunRecord): string[] {
  const named = record.summary.generators ?? record.summary.quantities;
  if (Array.isArray(named)) return named.map((one: { id: unknown }) => String(one.id));
  const { elements } = record.parameters;
  if (Array.isArray(elements)) return elements.map(String);
  const list = typeof elements === "string" ? elements.split(",").filter((id) => id !== "") : [];
  return list.length > 0 ? list.map((id) => id.trim()) : ["e"];
}

/** What one of `elementsOf` is called. */
export function kindOfElements({ summary }: RunRecord): "Element" | "Generator" | "Quantity" {
  if (Array.isArray(summary.generators)) return "Generator";
  return Array.isArray(summary.quantities) ? "Quantity" : "Element";
}

/** Where each element stands on an element axis: those of the subgroup first, then a gap, then the others. */
export interface Arrangement {
  /** In the order of the run's arrays. */
  readonly ids: readonly string[];
  /** Left to right; `index` is the position on the arrays' element axis, `x` on the chart's. */
  readonly slots: readonly { readonly id: string; readonly index: number; readonly x: number }[];
  /** Names over the two parts; null where nothing is set apart. */
  readonly parts: readonly { readonly label: string; readonly from: number; readonly to: number }[];
  readonly min: number;
  readonly max: number;
}

/** The paper's V4, by which elements are set apart unless another subgroup is picked. */
const DIAGONAL_V4 = "e,r2,sr,sr3";
const GAP = 0.4;

/** Nothing is set apart where the run lacks part of the subgroup: what is left of it would go by its name. */
export function arrange(record: RunRecord, view: FigureView): Arrangement {
  const ids = elementsOf(record);
  const key = view.subgroup ?? DIAGONAL_V4;
  const members = new Set(key.split(","));
  const inside = ids.filter((id) => members.has(id));
  const outside = ids.filter((id) => !members.has(id));
  const apart = inside.length > 1 && inside.length === members.size && outside.length > 0;
  const slots = (apart ? [...inside, ...outside] : ids).map((id, place) => ({
    id,
    index: ids.indexOf(id),
    x: place + (apart && place >= inside.length ? GAP : 0),
  }));
  const max = slots.at(-1)!.x + 0.5;
  if (!apart) return { ids, slots, parts: [], min: -0.5, max };
  const name = nameOf(key);
  const whole = nameOf(ids.join(","));
  return {
    ids,
    slots,
    parts: [
      { label: name, from: -0.5, to: inside.length - 0.5 },
      { label: `${whole} ∖ ${name}`, from: inside.length - 0.5 + GAP, to: max },
    ],
    min: -0.5,
    max,
  };
}

/** "C4" of "C4, quarter turns", V4 for the paper's; other sets, D4's second Klein group too, by their elements. */
function nameOf(key: string): string {
  const short = /^([A-Z]\d)(,|$)/.exec(knownSubgroup(key)?.label ?? "")?.[1];
  const ambiguous = short === "V4" && key !== DIAGONAL_V4;
  if (short !== undefined && !ambiguous) return short;
  return `{${key.split(",").map(elementLabel).join(", ")}}`;
}
