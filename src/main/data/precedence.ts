/**
 * Boundary, time step and sides as they count: what is stated of this file, else what it says itself, else what a preset
 * says of files of its kind. Where one speaks against another, a sentence says so.
 */
import type { DataOptions } from "../../shared/contract";
import { statedParts } from "../../shared/dataPreset";
import { directionKinds } from "../../shared/fields/boundary";

/** One of the three, by whoever says it; undefined where nobody does. */
interface Voices<T> {
  readonly stated: T | undefined;
  readonly own: T | undefined;
  readonly preset: T | undefined;
}

/** The three of one data set. */
export interface Precedence {
  readonly boundary: Voices<string>;
  readonly dt: Voices<number>;
  readonly length: Voices<readonly number[]>;
  /** The preset's name, for sentences. */
  readonly name: string;
}

/** @param own what the file says of the three */
export function precedenceOf(
  options: DataOptions,
  own: {
    readonly boundary: string | undefined;
    readonly dt: number | undefined;
    readonly length: readonly number[] | undefined;
  },
): Precedence {
  const { stated, preset } = statedParts(options);
  return {
    boundary: { stated: stated.boundary, own: own.boundary, preset: preset.boundary },
    dt: { stated: stated.dt, own: own.dt, preset: preset.dt },
    length: { stated: stated.length, own: own.length, preset: preset.length },
    name: options.expects?.preset ?? "The preset",
  };
}

export function counting<T>({ stated, own, preset }: Voices<T>): T | undefined {
  return stated ?? own ?? preset;
}

/** A sentence for each that is said in two ways. @param directions of the grid, z first */
export function contradictions(
  { boundary, dt, length, name }: Precedence,
  directions: readonly ("x" | "y" | "z")[],
): string[] {
  const kinds = (text: string): string => {
    const each = directionKinds(text);
    return directions.map((axis) => each[axis]).join();
  };
  // One number is the longest side, of square cells, which is as many numbers only on a square.
  const alike = (one: readonly number[], other: readonly number[]): boolean =>
    one.length === other.length
      ? one.every((side, i) => isNear(side, other[i]!))
      : isNear(Math.max(...one), Math.max(...other));
  return [
    ...sentence("boundary", "--boundary", name, boundary, {
      same: (a, b) => kinds(a) === kinds(b),
      show: (text) => text,
    }),
    ...sentence("time step", "--dt", name, dt, { same: isNear, show: shown }),
    ...sentence("box", "--length", name, length, {
      same: alike,
      show: (sides) => sides.map(shown).join(" × "),
    }),
  ];
}

function sentence<T>(
  what: string,
  option: string,
  name: string,
  { stated, own, preset }: Voices<T>,
  { same, show }: { same: (one: T, other: T) => boolean; show: (value: T) => string },
): string[] {
  if (own === undefined) return [];
  if (stated !== undefined) {
    if (same(stated, own)) return [];
    return [`The ${what} is ${show(stated)}, as stated; the file itself says ${show(own)}.`];
  }
  if (preset === undefined || same(preset, own)) return [];
  return [
    `The ${what} is ${show(own)}, as the file itself says; ${name} says ${show(preset)}. To overrule the file, state it (${option} on the command line).`,
  ];
}

const isNear = (one: number, other: number): boolean => Math.abs(one - other) <= 1e-6 * Math.abs(other); // prettier-ignore

const shown = (value: number): string => String(Number(value.toPrecision(6)));
