/**
 * PDEBench's HDF5 files: named arrays [n, t, x, y], one array `tensor`, or one group a trajectory.
 * Takamoto et al. 2022, arXiv:2210.07182, and the data's own generators. The first direction of space is x.
 */
import { basename } from "node:path";
import type { ArrayFile } from "../arrayFile";
import type { ArraySource } from "../arraySource";
import type { Axis } from "../axes";
import { stacked } from "../stacked";
import type { StatesPart } from "../states";
import { namedChannels } from "./channelNames";
import type { Layout, Proposal } from "./proposal";

const space: readonly Axis[] = ["x", "y", "z"];

/** The compressible flows' arrays, in the order of the channels. */
const flow = ["density", "Vx", "Vy", "Vz", "pressure"];

export const pdebench: Layout = (file) =>
  groups(file) ?? incompressible(file) ?? compressible(file) ?? darcy(file) ?? single(file);

const part = (array: ArraySource, axes: readonly Axis[]): StatesPart => ({ array, axes });

function coordinates(file: ArrayFile): Proposal["coordinates"] {
  const named = (name: string): ArraySource | undefined => file.arrays.get(`${name}-coordinate`);
  const found = { time: named("t"), x: named("x"), y: named("y"), z: named("z") };
  return Object.fromEntries(Object.entries(found).filter(([, array]) => array !== undefined));
}

/** The published files' names say what happens at the edges; the files themselves do not. */
function boundaryOf(path: string): { boundary?: string; evidence: string[] } {
  const name = basename(path);
  if (/periodic/i.test(name))
    return { boundary: "periodic", evidence: ["Its name says periodic."] };
  if (/trans/i.test(name)) {
    return { boundary: "open", evidence: ["Its name says trans: what flows out is gone."] };
  }
  return { evidence: [] };
}

function compressible(file: ArrayFile): Proposal | undefined {
  const arrays = flow.flatMap((name) => file.arrays.get(name) ?? []);
  const dimension = (arrays[0]?.shape.length ?? 0) - 2;
  const complete =
    file.arrays.has("density") && file.arrays.has("pressure") && file.arrays.has("Vx");
  if (!complete || dimension < 1 || dimension > 3) return undefined;
  const { order, fields } = namedChannels(arrays, dimension);
  const { boundary, evidence } = boundaryOf(file.path);
  return {
    layout: `PDEBench ${dimension}-D compressible Navier-Stokes`,
    evidence: [
      `It has density, pressure, Vx … as arrays [n, t, ${space.slice(0, dimension).join(", ")}], and no other axes.`,
      ...evidence,
    ],
    input: order.map((array) => part(array, ["trajectory", "time", ...space.slice(0, dimension)])),
    fields,
    boundary,
    coordinates: coordinates(file),
    notices: [],
  };
}

function incompressible(file: ArrayFile): Proposal | undefined {
  const velocity = file.arrays.get("velocity");
  const particles = file.arrays.get("particles");
  const shaped = velocity?.shape.length === 5 && velocity.shape[4] === 2;
  if (velocity === undefined || particles?.shape.length !== 5 || !shaped) return undefined;
  const axes: Axis[] = ["trajectory", "time", "x", "y", "channel"];
  const time = file.arrays.get("t");
  return {
    layout: "PDEBench 2-D incompressible Navier-Stokes",
    evidence: ["It has velocity [n, t, x, y, 2] and particles [n, t, x, y, 1]."],
    input: [part(velocity, axes), part(particles, axes)],
    fields: "vector:velocity,scalar:particles",
    coordinates: time === undefined ? {} : { time },
    assumedBoundary: "open",
    notices: [
      "The boundary is not stated in the file; the published data have fixed values at the edges, so it is taken as open.",
    ],
  };
}

/** Darcy flow: the permeability and the stationary solution, no time. */
function darcy(file: ArrayFile): Proposal | undefined {
  const input = file.arrays.get("nu");
  const target = file.arrays.get("tensor");
  if (input?.shape.length !== 3 || target?.shape.length !== 4 || target.shape[1] !== 1)
    return undefined;
  return {
    layout: "PDEBench 2-D Darcy flow",
    evidence: ["It has nu [n, x, y] and tensor [n, 1, x, y], the permeability and the solution."],
    input: [part(input, ["trajectory", "x", "y"])],
    target: [part(target, ["trajectory", "channel", "x", "y"])],
    fields: "scalar:permeability",
    outputFields: "scalar:pressure",
    coordinates: coordinates(file),
    assumedBoundary: "open",
    notices: [
      "The boundary is not stated in the file; the published solutions are zero at the edges, so it is taken as open.",
    ],
  };
}

/** What `tensor` is in files of these names. */
const singles: readonly (readonly [RegExp, string, string])[] = [
  [/burgers/i, "Burgers", "vector:u"],
  [/advection/i, "advection", "scalar:u"],
  [/reac|react/i, "reaction-diffusion", "scalar:u"],
  [/sorp/i, "diffusion-sorption", "scalar:u"],
];

function single(file: ArrayFile): Proposal | undefined {
  const tensor = file.arrays.get("tensor");
  const dimension = (tensor?.shape.length ?? 0) - 2;
  if (tensor === undefined || dimension < 1 || dimension > 3) return undefined;
  if (!file.arrays.has("x-coordinate") && !file.arrays.has("t-coordinate")) return undefined;
  const known = singles.find(([name]) => name.test(basename(file.path)));
  const { boundary, evidence } = boundaryOf(file.path);
  return {
    layout: `PDEBench ${dimension}-D${known === undefined ? "" : ` (${known[1]})`}`,
    evidence: [
      "It has one array tensor beside x-coordinate and t-coordinate.",
      ...(known === undefined ? [] : [`Its name says ${known[1]}.`]),
      ...evidence,
    ],
    input: [part(tensor, ["trajectory", "time", ...space.slice(0, dimension)])],
    fields: known?.[2],
    boundary,
    coordinates: coordinates(file),
    ...(known?.[1] !== "diffusion-sorption" || boundary !== undefined
      ? { notices: [] }
      : {
          assumedBoundary: "open",
          notices: [
            "The boundary is not stated in the file; the published data have fixed values and fluxes at the ends, so it is taken as open.",
          ],
        }),
  };
}

function groups(file: ArrayFile): Proposal | undefined {
  const arrays = [...file.arrays.values()].filter(({ name }) => /^\d+\/data$/.test(name));
  const first = arrays[0];
  const dimension = (first?.shape.length ?? 0) - 2;
  if (first === undefined || dimension < 1 || dimension > 3) return undefined;
  const group = first.name.slice(0, -"/data".length);
  // Times are those of the longest, which others have fewer of.
  const most = Math.max(...arrays.map(({ shape }) => shape[0]!));
  const longest = arrays.find(({ shape }) => shape[0] === most)!.name.slice(0, -"/data".length);
  const grid = (name: string): ArraySource | undefined =>
    file.arrays.get(`${longest}/grid/${name}`);
  const found = { time: grid("t"), x: grid("x"), y: grid("y"), z: grid("z") };
  const components = first.shape.at(-1)!;
  const known = kinds(basename(file.path), dimension, components);
  return {
    layout: `PDEBench ${dimension}-D ${known.name}`,
    evidence: [
      `It has one group a trajectory, ${group} and ${arrays.length - 1} more, each with data [t, ${space.slice(0, dimension).join(", ")}, component].`,
      ...known.evidence,
    ],
    input: [
      part(stacked("data", arrays), [
        "trajectory",
        "time",
        ...space.slice(0, dimension),
        "channel",
      ]),
    ],
    fields: known.fields,
    assumedBoundary: "open",
    coordinates: Object.fromEntries(
      Object.entries(found).filter(([, array]) => array !== undefined),
    ),
    notices: [
      "The boundary is not stated in the file; the published data have walls without flux, so it is taken as open.",
    ],
  };
}

function kinds(
  name: string,
  dimension: number,
  components: number,
): { name: string; fields?: string; evidence: string[] } {
  if (/rdb|swe|shallow/i.test(name) && components === 1) {
    return {
      name: "shallow water",
      fields: "scalar:h",
      evidence: [
        "Its name says so (rdb: radial dam break), and there is one component, the depth.",
      ],
    };
  }
  if (/sorp/i.test(name) && components === 1) {
    return { name: "diffusion-sorption", fields: "scalar:u", evidence: ["Its name says so."] };
  }
  if (components === 2 && dimension < 3) {
    return {
      name: "diffusion-reaction",
      fields: "scalar:activator,scalar:inhibitor",
      evidence: ["Two components: PDEBench’s only such data are activator and inhibitor."],
    };
  }
  return components === 1
    ? {
        name: "groups",
        fields: "scalar:u",
        evidence: ["One component, which moves with its point."],
      }
    : { name: "groups", evidence: [] };
}
