/** The network with its repair appended: a network again, so that whatever runs the one runs the other. */
import type { Repair } from "../../../shared/analyses/conservation";
import { UserError } from "../../../shared/errors";
import type { FieldSpec, Grid } from "../../../shared/fields/spec";
import { act } from "../../../shared/groups/act";
import { groupByName } from "../../../shared/groups/catalogue";
import { groupFits } from "../../../shared/groups/fits";
import type { Element } from "../../../shared/groups/element";
import { sizeOf } from "../../../shared/tensor";
import { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";
import { vmap } from "../../graph/vmap";
import { projected } from "../../physics/projection";
import type { SampleNetwork } from "../network";
import type { NextInput } from "../nextInput";

export interface RepairPlan {
  readonly repair: Repair;
  /** Names of the fields that are held; empty for densities, or all where there are none. */
  readonly repairFields: string;
  readonly averageOver: string;
}

export interface RepairedStates {
  readonly fields: FieldSpec | null;
  readonly grid: Grid | null;
  /** Where inputs hold more than the state that a prediction follows: how, and the fields of predictions. */
  readonly within?: { readonly following: NextInput; readonly fields: FieldSpec | null };
}

/**
 * @throws UserError "repair/fields", "repair/sites", "repair/group", "group/…"
 */
export function repaired(
  network: SampleNetwork,
  { repair, repairFields, averageOver }: RepairPlan,
  states: RepairedStates,
): SampleNetwork {
  if (repair === "none") return network;
  const g = new Builder();
  const { input, prediction } = network;
  const { within } = states;
  if (repair === "group-average") {
    return { ...network, prediction: averaged(g, network, averageOver, states) };
  }
  const rank = input.shape.length;
  const onGrid = states.grid !== null && input.shape.slice(2).join() === states.grid.size.join();
  const channelAxis = onGrid ? 1 : rank - 1;
  const siteAxes = [...input.shape.keys()].filter((axis) => axis > 0 && axis !== channelAxis);
  if (siteAxes.length === 0) {
    throw new UserError(
      "repair/sites",
      "A projection keeps integrals over a grid or sums over particles, but these states are vectors of features.",
      { where: "repair", todo: "Choose none." },
    );
  }
  const value = projected(g, within?.following.lastStateIn(g, input) ?? input, prediction, {
    projection: repair,
    fields: heldFields(
      within === undefined ? states.fields : within.fields,
      repairFields,
      prediction.shape[channelAxis]!,
    ),
    channelAxis,
    siteAxes,
  });
  return { ...network, prediction: value };
}

/** Channels a field. */
function heldFields(fields: FieldSpec | null, names: string, channels: number): number[][] {
  const wanted = names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (fields === null) {
    if (wanted.length === 0) return Array.from({ length: channels }, (_, channel) => [channel]);
    throw new UserError("repair/fields", "The fields have no names yet.", {
      where: "repair-fields",
      todo: "State them (--fields on the command line).",
    });
  }
  const unknown = wanted.find((name) => fields.every((field) => field.name !== name));
  if (unknown !== undefined) {
    throw new UserError("repair/fields", `There is no field “${unknown}”.`, {
      where: "repair-fields",
      todo: `There are ${fields.map(({ name }) => name).join(", ")}.`,
    });
  }
  const densities = fields.filter(({ kind }) => kind === "density");
  const held =
    wanted.length > 0
      ? fields.filter(({ name }) => wanted.includes(name))
      : densities.length > 0
        ? densities
        : fields;
  return held.map((field) => [...field.channels]);
}

/** All of an orbit is one batch. */
const MOST_AVERAGED = 256;

/** Mean over g of g⁻¹f(g·x): one pass of the network over the orbit as a batch. */
function averaged(
  g: Builder,
  { input, prediction }: SampleNetwork,
  name: string,
  { fields, grid, within }: RepairedStates,
): Value {
  const group = groupByName(name);
  const fit = groupFits(group, fields ?? undefined, grid ?? undefined);
  if (!fit.fits) {
    throw new UserError(
      "repair/group",
      `${group.label} cannot act on these states: ${fit.reason}`,
      {
        where: "average-over",
        todo: "Choose another group, or state the fields.",
      },
    );
  }
  const count = group.elements.length;
  if (count > MOST_AVERAGED) {
    throw new UserError(
      "repair/group",
      `An average over ${count} elements is as many passes of the network at once, more than memory may hold.`,
      { where: "average-over", todo: "Choose a group of at most 256, like translations:16." },
    );
  }
  const moved = (value: Value, element: Element, spec: FieldSpec | null): Value => {
    const { source, sign } = moves(element, value.shape, spec ?? scalars(value.shape[1]!));
    const flat = g.reshape(value, [1, sizeOf(value.shape)]);
    const taken = g.gather(flat, g.indices(source), 1);
    const data = Float32Array.from(sign);
    const signed = sign.every((one) => one === 1)
      ? taken
      : g.mul(taken, g.constant({ dtype: "float32", shape: [1, data.length], data }));
    return g.reshape(signed, value.shape);
  };
  const lead = (value: Value): Value => g.reshape(value, [1, ...value.shape]);
  const orbit = g.concat(
    group.elements.map((element) => lead(moved(input, element, fields))),
    0,
  );
  const [predictions] = vmap(g, [prediction], new Map([[input, orbit]]), count);
  const returned = group.elements.map((element, i) => {
    const one = g.reshape(
      g.slice(predictions!, [{ axis: 0, start: i, end: i + 1 }]),
      prediction.shape,
    );
    return moved(one, group.inverse(element), within === undefined ? fields : within.fields);
  });
  const sum = returned.reduce((total, one) => g.add(total, one));
  return g.mul(sum, 1 / count);
}

/** What shifts move alike, whatever it is. */
function scalars(count: number): FieldSpec {
  return Array.from({ length: count }, (_, channel) => ({
    name: `u${channel}`,
    kind: "scalar",
    channels: [channel],
  }));
}

/** g·u as a permutation with signs, read off what the action makes of numbered entries. */
function moves(
  element: Element,
  shape: readonly number[],
  fields: FieldSpec,
): { source: number[]; sign: number[] } {
  const numbered = Float64Array.from({ length: sizeOf(shape) }, (_, i) => i + 1);
  const image = [...act(element, numbered, shape, fields)];
  return {
    source: image.map((value) => Math.abs(value) - 1),
    sign: image.map((value) => Math.sign(value)),
  };
}
