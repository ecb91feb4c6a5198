/** Which generators can act on given data, as the picker offers them. */
import type { DataInfo } from "../../shared/contract";
import { toErrorRecord } from "../../shared/errors";
import {
  defaultOptions,
  generatorByName,
  generatorNames,
  type GeneratorOptions,
} from "../../shared/generators/catalogue";
import type { Side } from "../../shared/generators/generator";
import { gridOf, specOf } from "./groups";

export interface GeneratorOffer {
  readonly name: string;
  /** "rotation", or the name where there is no other. */
  readonly label: string;
  /** Why it cannot act on the data, in words; null where it can. */
  readonly hindrance: string | null;
}

/**
 * Every generator that has a name.
 * @param said what the form says of velocity and time; a time step that is unknown hinders only the run
 */
export function generatorOffers(
  info: DataInfo | undefined,
  said: Partial<GeneratorOptions> = {},
): GeneratorOffer[] {
  const options = { ...defaultOptions, dt: 1, ...said };
  return generatorNames.map((name) => {
    const generator = generatorByName(name, options);
    return {
      name,
      label: generator.label,
      hindrance: hindranceOf(() => info && generator.on(sideOf(info))),
    };
  });
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
