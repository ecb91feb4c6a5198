/** Which field plays which part in the physics: told from kinds first, from usual names where kinds leave it open. */
import { channelLabels, type FieldSpec } from "../fields/spec";
import { channelNames } from "./integrand";

/** Formulas' names of the channels. */
export interface Roles {
  /** Mass, depth of water: what moves. */
  readonly density: string | null;
  /** Components, x first, of the first vector. */
  readonly vector: readonly string[] | null;
  /** Whether that vector is momentum already (per volume) and not velocity. */
  readonly momentum: boolean;
  readonly pressure: string | null;
  /** Total energy per volume. */
  readonly energy: string | null;
  readonly pseudoscalar: string | null;
  /** Components of positions and of momenta, of particles; null where they are not there. */
  readonly positions: readonly string[] | null;
  readonly momenta: readonly string[] | null;
  /** Whether those momenta are velocities by their name: momenta where masses are 1. */
  readonly velocities: boolean;
  /** Of particles that have masses. */
  readonly mass: string | null;
  /** Every channel that is no component of a vector or a tensor. */
  readonly scalars: readonly string[];
}

const usual = {
  density: /^(rho|density|h|height|depth|mass)$/i,
  pressure: /^(p|pres|pressure)$/i,
  energy: /^(e|etot|energy|total_energy)$/i,
  momentum: /^(m|q|mom|momentum|rhov|rhou|rho_v|rho_u|hu|hv)$/i,
  positions: /^(q|r|x|pos|position|positions)$/i,
  momenta: /^(p|v|mom|momentum|momenta|vel|velocity|velocities)$/i,
  velocities: /^v/i,
  mass: /^(m|mass|masses)$/i,
};

/** @param fields null where nobody said: every channel is a scalar then @param count of channels */
export function rolesOf(fields: FieldSpec | null, count: number): Roles {
  const labels = fields === null ? null : channelLabels(fields);
  const names = [...channelNames(labels, count)];
  const nameOf = (channel: number): string =>
    // The last is the shorter: vx rather than v_x.
    names.findLast(([, at]) => at === channel)![0];
  // Tensors play none of these parts.
  const groups = (fields ?? [])
    .filter(({ kind }) => kind !== "tensor")
    .map(({ name, kind, channels }) => ({
      name: name.replace(/[^\p{L}\p{N}_]/gu, "_"),
      kind,
      channels,
    }));
  const single = groups.filter(({ kind }) => kind !== "vector");
  const called = (pattern: RegExp): string | undefined =>
    single.find(({ name }) => pattern.test(name))?.name;
  const energy = called(usual.energy) ?? null;
  const vector = groups.find(({ kind }) => kind === "vector");
  const density =
    single.find(({ kind, name }) => kind === "density" && usual.density.test(name)) ??
    single.find(({ kind, name }) => kind === "density" && name !== energy);
  const positions = groups.find(({ name }) => usual.positions.test(name));
  // On a line a momentum is one number, and without a position beside it a p is rather a pressure.
  const momenta = groups.find(
    ({ name, kind, channels }) =>
      usual.momenta.test(name) &&
      (kind === "vector" ||
        (channels.length === positions?.channels.length && name !== positions.name)),
  );
  return {
    positions: positions?.channels.map(nameOf) ?? null,
    momenta: momenta?.channels.map(nameOf) ?? null,
    velocities: momenta !== undefined && usual.velocities.test(momenta.name),
    mass: called(usual.mass) ?? null,
    density: density?.name ?? called(usual.density) ?? null,
    vector: vector?.channels.map(nameOf) ?? null,
    momentum: vector !== undefined && usual.momentum.test(vector.name),
    pressure: called(usual.pressure) ?? null,
    energy,
    pseudoscalar: groups.find(({ kind }) => kind === "pseudoscalar")?.name ?? null,
    scalars:
      fields === null
        ? Array.from({ length: count }, (_, channel) => nameOf(channel))
        : single.map(({ name }) => name),
  };
}
