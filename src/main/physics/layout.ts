/** How the numbers of a state lie: channels at the points of a grid, of particles, or one vector of features. */
import { UserError } from "../../shared/errors";
import {
  channelCount,
  channelLabels,
  channelSigns,
  type FieldSpec,
  type Grid,
} from "../../shared/fields/spec";
import { parseMasses } from "../../shared/generators/choose";
import { channelNames } from "../../shared/physics/integrand";
import { layoutOf as layoutOfParticles, type Part } from "../../shared/states/layout";
import { sizeOf } from "../../shared/tensor";
import { weightsOf, type WallRule } from "./walls";

export interface Layout {
  readonly channels: number;
  /** Grid points or particles; 1 for a vector of features. */
  readonly sites: number;
  /** null off a grid. */
  readonly grid: Grid | null;
  /** Area (volume, length) of one grid point; 1 for particles, of which integrals are sums. */
  readonly volume: number;
  /** Shares of `volume` that points near walls have; null where all have it whole. */
  readonly weights: Float64Array | null;
  /** Where the outermost points lie along axes with walls. */
  readonly walls: WallRule;
  /** Formulas' names of the channels. */
  readonly names: ReadonlyMap<string, number>;
  /** What each channel is multiplied by to be what it is called: −1 where minus a component is stored; absent: all 1. */
  readonly signs?: readonly number[];
  /** What the channels are, where it is known. */
  readonly fields: FieldSpec | null;
  /** Where a particle's channels lie in a state, [sites][channels]; absent on a grid, where channels come first. */
  readonly positions?: readonly Int32Array[];
  /** What each particle has besides and keeps: its mass. One number a site. */
  readonly constants: ReadonlyMap<string, Float64Array>;
}

/** What the data do not say: how particles are told, and where the outermost points lie. */
export interface LayoutChoice {
  /** As src/shared/states/layout reads it. */
  readonly split?: string;
  /** One a particle, commas between; empty where they have none or as a channel. */
  readonly masses?: string;
  readonly walls?: WallRule;
}

/** What formulas call masses that are no channel. */
export const MASS = "m";

/**
 * @param shape of one state: [C, …grid], [particle, C] or [C]
 * @throws UserError "states/split", "generator/masses", "conservation/masses"
 */
export function layoutOf(
  shape: readonly number[],
  grid: Grid | null,
  fields: FieldSpec | null,
  { split = "", masses = "", walls = "cells" }: LayoutChoice = {},
): Layout {
  const onGrid = grid !== null && shape.slice(1).join() === grid.size.join();
  if (onGrid) {
    const channels = shape[0]!;
    const described = fields !== null && channelCount(fields) === channels ? fields : null;
    return {
      channels,
      sites: sizeOf(grid.size),
      grid,
      volume: sizeOf(grid.length) / sizeOf(grid.size),
      weights: weightsOf(grid, walls),
      walls,
      names: channelNames(described === null ? null : channelLabels(described), channels),
      fields: described,
      ...(described === null ? {} : { signs: channelSigns(described) }),
      constants: new Map(),
    };
  }
  const several = shape.length <= 2 || split.trim() !== "";
  const { particles, components, parts, named, positions } = layoutOfParticles(
    shape,
    several ? split : "none",
    several ? fields : null,
  );
  return {
    channels: components,
    sites: particles,
    grid: null,
    volume: 1,
    weights: null,
    walls,
    names: channelNames(named ? labelsOf(parts) : null, components),
    fields: named ? fieldsOf(parts, fields) : null,
    positions,
    constants: constantsOf(masses, particles),
  };
}

const axes = ["x", "y", "z"];

/** q.x, q.y, q.z; more than three components are numbered, one goes by the name itself. */
function labelsOf(parts: readonly Part[]): { name: string }[] {
  return parts.flatMap(({ name, width }) =>
    Array.from({ length: width }, (_, k) => ({
      name: width === 1 ? name : width <= axes.length ? `${name}.${axes[k]!}` : `${name}${k + 1}`,
    })),
  );
}

function fieldsOf(parts: readonly Part[], fields: FieldSpec | null): FieldSpec {
  return parts.map(({ name, first, width }) => {
    const stated = fields?.find((field) => field.name === name)?.kind ?? "scalar";
    return {
      name,
      kind: width > 1 && stated !== "tensor" ? "vector" : stated,
      channels: Array.from({ length: width }, (_, k) => first + k),
    };
  });
}

function constantsOf(text: string, particles: number): Map<string, Float64Array> {
  if (text.trim() === "") return new Map();
  const masses = parseMasses(text);
  if (masses.length === particles) return new Map([[MASS, Float64Array.from(masses)]]);
  throw new UserError(
    "conservation/masses",
    `There are ${masses.length} masses for ${particles} ${particles === 1 ? "particle" : "particles"}.`,
    { where: "masses", todo: "Write one a particle, and say what the particles are (split)." },
  );
}

/** What channel `channel` of states [n, …] is called by formulas, as float64 [n, sites]. */
export function channelOf(
  states: ArrayLike<number>,
  n: number,
  { channels, sites, positions, signs }: Layout,
  channel: number,
): Float64Array {
  const sign = signs?.[channel] ?? 1;
  const out = new Float64Array(n * sites);
  const size = channels * sites;
  for (let i = 0; i < n; i++) {
    for (let site = 0; site < sites; site++) {
      const at = positions === undefined ? channel * sites + site : positions[site]![channel]!;
      out[i * sites + site] = sign * states[i * size + at]!;
    }
  }
  return out;
}
