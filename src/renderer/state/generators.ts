/** Which generators can act on given data, as the picker offers them. */
import type { DataInfo } from "../../shared/contract";
import { toErrorRecord, UserError } from "../../shared/errors";
import {
  defaultOptions,
  generatorByName,
  generatorNames,
  type GeneratorOptions,
} from "../../shared/generators/catalogue";
import type { Generator, Side } from "../../shared/generators/generator";
import {
  type NamedStateGenerator,
  namedStateGenerators,
  stateFamilies,
  stateGenerators,
} from "../../shared/generators/states";
import { layoutOf, type Layout } from "../../shared/states/layout";
import { gridOf, specOf } from "./groups";

export interface GeneratorOffer {
  readonly name: string;
  /** "rotation", or the name where there is no other. */
  readonly label: string;
  /** Why it cannot act on the data, in words; null where it can. */
  readonly hindrance: string | null;
  /** What it stands for: itself, or a family’s members; none where such states have no such motions. */
  readonly generators: readonly Generator[];
}

/** What the form says of velocity and time, and of the parts of states on no grid. */
export interface SaidOfGenerators extends Partial<GeneratorOptions> {
  /** Of states on no grid; undefined where generators move fields only. */
  readonly split?: string | undefined;
}

/**
 * Every generator that has a name; on states of particles families of them first.
 * @param said a time step that is unknown hinders only the run
 */
export function generatorOffers(
  info: DataInfo | undefined,
  { split, ...said }: SaidOfGenerators = {},
): GeneratorOffer[] {
  const options = { ...defaultOptions, dt: 1, ...said };
  if (info !== undefined && split !== undefined && gridOf(info) === undefined) {
    return stateOffers(info, split, options);
  }
  return generatorNames.map((name) => {
    const generator = generatorByName(name, options);
    return {
      name,
      label: generator.label,
      generators: [generator],
      hindrance: hindranceOf(() => info && generator.on(sideOf(info))),
    };
  });
}

/** More buttons than this are no choice; the families stand for the rest, and names can be typed. */
const MOST_OFFERED = 40;

/** What a family's buttons say. */
const families: Readonly<Record<(typeof stateFamilies)[number], string>> = {
  se: "all translations and rotations",
  so: "all rotations",
  galilei: "translations, rotations and boosts",
  u: "all unitary turns of phase space",
};

function stateOffers(info: DataInfo, split: string, options: GeneratorOptions): GeneratorOffer[] {
  let layout: Layout;
  let named: NamedStateGenerator[];
  try {
    layout = layoutOf(stateOf(info), split, specOf(info) ?? null);
    named = namedStateGenerators(layout, options);
  } catch (error) {
    // The field that holds it says what is wrong with the split, or with the name of the velocity.
    if (error instanceof UserError) return [];
    throw error;
  }
  const side: Side = {
    fields: null,
    channels: layout.particles * layout.components,
    axes: 0,
    steps: 0,
    layout,
  };
  const offered = (
    name: string,
    make: () => readonly Generator[],
    label?: string,
  ): GeneratorOffer => {
    // Of numbers that nobody named there are no families; the choice of one says so.
    let generators: readonly Generator[] = [];
    const hindrance = hindranceOf(() => {
      generators = make();
      for (const generator of generators) generator.on(side);
    });
    return { name, label: label ?? generators[0]?.label ?? name, hindrance, generators };
  };
  const members = (name: string): readonly Generator[] => stateGenerators(name, layout, options);
  return [
    ...stateFamilies.map((name) => offered(name, () => members(name), families[name])),
    ...named.slice(0, MOST_OFFERED).map(({ id, make }) => offered(id, () => [make()])),
  ];
}

/** Extents of one state on no grid, [d] or [particle, channel]. */
function stateOf({ axes, shape }: DataInfo): number[] {
  const own = shape.filter((_, at) => ["particle", "channel"].includes(axes[at] ?? ""));
  return own.length > 0 ? own : [1];
}

function hindranceOf(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return toErrorRecord(error).message;
  }
}

function sideOf(info: DataInfo): Side {
  return {
    fields: specOf(info) ?? null,
    channels: info.channels.length,
    axes: gridOf(info)?.size.length ?? 0,
    steps: 0,
  };
}
