/**
 * What the parts of a particle are to space: which shift with it, which turn with it, which a boost changes. Told by
 * their names, as people call them; a single part without a name is a position.
 */
import { UserError } from "../errors";
import type { Layout, Part } from "./layout";

export interface Roles {
  /** n: how many numbers a position, or without one another vector, has. */
  readonly dimension: number;
  readonly position: Part | null;
  /** What a boost shifts: velocities as it is, momenta by the mass. */
  readonly velocity: Part | null;
  readonly momentum: Part | null;
  readonly mass: Part | null;
  /** All parts of n ≥ 2 numbers: they turn with space. */
  readonly vectors: readonly Part[];
}

const usual = {
  position: ["q", "x", "r", "pos", "position", "positions", "coordinates"],
  velocity: ["v", "vel", "velocity", "velocities"],
  momentum: ["p", "mom", "momentum", "momenta"],
  mass: ["m", "mass", "masses"],
} as const;

/** Which part a boost shifts is said by its name in `velocity`; empty for the usual names. */
export function rolesOf({ parts }: Layout, velocity = ""): Roles {
  const called = (role: keyof typeof usual): Part | null =>
    parts.find(({ name }) => (usual[role] as readonly string[]).includes(name.toLowerCase())) ??
    null;
  const position = called("position");
  const said = velocity.trim() === "" ? null : partNamed(parts, velocity.trim());
  const momentum = called("momentum");
  const dimension = (position ?? said ?? called("velocity") ?? momentum ?? parts[0]!).width;
  const ofSpace = (part: Part | null): Part | null => (part?.width === dimension ? part : null);
  return {
    dimension,
    position,
    velocity: said === null ? ofSpace(called("velocity")) : said === momentum ? null : said,
    momentum: said === null || said === momentum ? ofSpace(momentum) : null,
    mass: parts.find((part) => part === called("mass") && part.width === 1) ?? null,
    vectors: dimension < 2 ? [] : parts.filter(({ width }) => width === dimension),
  };
}

/** @throws UserError "states/part" */
export function partNamed(parts: readonly Part[], name: string): Part {
  const found = parts.find((part) => part.name === name);
  if (found !== undefined) return found;
  throw new UserError("states/part", `No part of the state is named “${name}”.`, {
    where: name,
    todo: `The parts are ${parts.map((part) => part.name).join(", ")}; --split on the command line names them, for example 5x(q:3,v:3).`,
  });
}
