/**
 * What a result says of each group element, each subgroup and its complement: median, quartiles, and how sure the
 * median is. The identity is left out of subgroups: it is 1 by construction and would flatter them all.
 */
import type { Element } from "../../shared/groups/element";
import type { Group } from "../../shared/groups/group";
import { subgroupsOf } from "../../shared/groups/subgroups";
import { quartiles, type Quartiles } from "../../shared/statistics";
import { medianIntervalOver, type Interval } from "./bootstrap";
import type { Clusters } from "../data/fit/map";
import type { SampleRef } from "./context";

/** Quartiles of what is not NaN, with a 95 % interval of the median. */
export type Spread = Quartiles & Interval;

/** One number an element and sample, [G, N] row-major. */
export type Quantities = Readonly<Record<string, ArrayLike<number>>>;

export interface SubgroupSummary {
  /** Its elements joined by commas, as `subgroupsOf` keys it. */
  readonly key: string;
  readonly label: string;
  readonly elements: readonly string[];
  readonly inside: Record<string, Spread>;
  /** Over the elements asked for that are not in it; null where there are none. */
  readonly complement: Record<string, Spread> | null;
}

export interface Aggregates {
  readonly elements: Record<string, Record<string, Spread>>;
  readonly subgroups: SubgroupSummary[];
}

/**
 * @param samples N, in the quantities' order; transitions of one trajectory are one family of the bootstrap
 */
export function aggregate(
  group: Group,
  elements: readonly Element[],
  samples: readonly SampleRef[],
  quantities: Quantities,
  seed: number,
): Aggregates {
  return aggregateOver(group, elements, samples, [quantities], seed);
}

/**
 * The same over networks trained from several seeds, on the same samples.
 * @param trainings at least one, with the same quantities
 */
export function aggregateOver(
  group: Group,
  elements: readonly Element[],
  samples: readonly SampleRef[],
  trainings: readonly Quantities[],
  seed: number,
  resamples?: number,
): Aggregates {
  const families = familiesOf(samples);
  const spreads = (chosen: readonly number[]): Record<string, Spread> =>
    Object.fromEntries(
      Object.keys(trainings[0]!).map((name) => {
        const observed = trainings.map((quantities) => {
          const values = quantities[name]!;
          return families.map((family) =>
            family.map((sample) => chosen.map((g) => values[g * samples.length + sample]!)),
          );
        });
        const interval = medianIntervalOver(observed, seed, resamples);
        return [name, { ...quartiles(observed.flat(3)), ...interval }];
      }),
    );
  const single = elements.map((_, g) => spreads([g]));
  const moving = elements.flatMap((element, g) => (element.id === group.identity.id ? [] : [g]));
  return {
    elements: Object.fromEntries(elements.map((element, g) => [element.id, single[g]!])),
    subgroups: subgroupsOf(group).flatMap((subgroup) => {
      const members = new Set(subgroup.elements.map(({ id }) => id));
      const inside = moving.filter((g) => members.has(elements[g]!.id));
      const outside = moving.filter((g) => !members.has(elements[g]!.id));
      if (inside.length === 0) return [];
      return [
        {
          key: subgroup.key,
          label: subgroup.label,
          elements: subgroup.elements.map(({ id }) => id),
          inside: spreads(inside),
          complement: outside.length === 0 ? null : spreads(outside),
        },
      ];
    }),
  };
}

/** Positions of the samples of each trajectory; a sample without one is a family by itself. */
export function familiesOf(samples: readonly SampleRef[]): number[][] {
  const families = new Map<string, number[]>();
  samples.forEach(({ trajectory }, position) => {
    const key = trajectory === null ? `sample ${position}` : `trajectory ${trajectory}`;
    families.set(key, [...(families.get(key) ?? []), position]);
  });
  return [...families.values()];
}

/** Fewer trajectories than this say nothing about their spread: then samples are drawn. */
const FEWEST = 5;

/** Trajectories, or single samples where there are hardly any. */
export function clustersOf(samples: readonly SampleRef[]): Clusters {
  const families = familiesOf(samples);
  return families.length < FEWEST ? samples.map((_, k) => [k]) : families;
}
