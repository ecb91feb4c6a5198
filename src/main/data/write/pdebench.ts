/**
 * PDEBench's layouts, x the first direction: a gas as density, Vx, … pressure; one scalar as `tensor`; anything else as one
 * group a trajectory with the components last, as its shallow-water data. Takamoto et al. 2022, arXiv:2210.07182.
 */
import type { ChannelGroup } from "../../../shared/fields/spec";
import type { FileLayout, Written } from "./layout";

export function pdebench(written: Written): FileLayout {
  const { fields, directions, coordinates } = written;
  const gas = gasIn(fields);
  const alone = fields.length === 1 && fields[0]!.channels.length === 1;
  if (gas === undefined && !alone) return groups(written);
  // Its files have one time more than states: the edges of the steps.
  const step = (coordinates.time.at(-1)! - coordinates.time[0]!) / Math.max(1, written.times - 1);
  const times = [...coordinates.time, coordinates.time.at(-1)! + (step || 1)];
  const one = (path: string, channel: number) => ({ path, channels: [channel], tail: [] });
  return {
    order: gas === undefined ? fields : [gas.density, gas.velocity, gas.pressure],
    groups: [],
    states:
      gas === undefined
        ? [one("tensor", 0)]
        : [
            one("density", gas.density.channels[0]!),
            ...directions.map((axis, i) => one(`V${axis}`, gas.velocity.channels[i]!)),
            one("pressure", gas.pressure.channels[0]!),
          ],
    lines: [
      { path: "t-coordinate", values: times },
      ...directions.map((axis) => ({ path: `${axis}-coordinate`, values: coordinates[axis] })),
    ],
    attributes: {},
  };
}

function gasIn(
  fields: readonly ChannelGroup[],
): { density: ChannelGroup; velocity: ChannelGroup; pressure: ChannelGroup } | undefined {
  const [density, velocity, pressure] = [
    fields.find(
      ({ kind, name }) =>
        kind !== "vector" && kind !== "tensor" && /^(rho|dens|density)$/i.test(name),
    ),
    fields.find(({ kind }) => kind === "vector"),
    fields.find(({ kind, name }) => kind === "scalar" && /^(p|press|pressure)$/i.test(name)),
  ];
  if (fields.length !== 3 || !density || !velocity || !pressure) return undefined;
  return { density, velocity, pressure };
}

function groups({ fields, directions, coordinates, trajectories }: Written): FileLayout {
  const names = Array.from({ length: trajectories }, (_, i) => String(i).padStart(4, "0"));
  const channels = fields.flatMap((field) => field.channels);
  return {
    order: fields,
    groups: names.flatMap((name) => [name, `${name}/grid`]),
    states: names.map((name, trajectory) => {
      return { path: `${name}/data`, channels, tail: [channels.length], trajectory };
    }),
    lines: names.flatMap((name) => [
      { path: `${name}/grid/t`, values: coordinates.time },
      ...directions.map((axis) => ({ path: `${name}/grid/${axis}`, values: coordinates[axis] })),
    ]),
    attributes: {},
  };
}
