/**
 * PDEArena's Navier–Stokes files: smoke u and velocity vx, vy as [n, t, x, y] in a group a split.
 * Gupta and Brandstetter 2022, arXiv:2209.15616, and its data loaders.
 */
import type { ArrayFile } from "../arrayFile";
import type { ArraySource } from "../arraySource";
import type { Axis } from "../axes";
import type { Layout } from "./proposal";

export const splits = ["train", "valid", "test"];

export const pdearena: Layout = (file) => {
  const here = splits.filter((split) =>
    ["u", "vx", "vy"].every((name) => file.arrays.get(`${split}/${name}`)?.shape.length === 4),
  );
  const split = here[0];
  if (split === undefined) return undefined;
  const array = (name: string): ArraySource | undefined => file.arrays.get(`${split}/${name}`);
  const order = spaceOf(file, split);
  const axes: Axis[] = ["trajectory", "time", ...order.axes];
  const found = { time: array("t"), x: array("x"), y: array("y") };
  return {
    layout: "PDEArena Navier-Stokes 2-D",
    evidence: [
      `It has u, vx and vy [n, t, ${order.axes.join(", ")}] in a group ${split}, with t, x, y a trajectory.`,
      ...order.evidence,
    ],
    input: ["u", "vx", "vy"].map((name) => ({ array: array(name)!, axes })),
    others: here
      .slice(1)
      .flatMap((other) =>
        ["u", "vx", "vy"].map((name) => ({ array: file.arrays.get(`${other}/${name}`)!, axes })),
      ),
    fields: "scalar:u,vector:velocity",
    assumedBoundary: "open",
    coordinates: Object.fromEntries(
      Object.entries(found).filter(([, source]) => source !== undefined),
    ),
    notices: [
      "The boundary is not stated in the file; the published data are a closed box, so it is taken as open.",
      "The published velocities are sampled at the faces of cells; here they are taken as at the centres.",
      ...order.notices,
      ...(here.length === 1
        ? []
        : [`Only ${split} is read; the file also has ${here.slice(1).join(", ")}.`]),
    ],
  };
};

interface Order {
  readonly axes: readonly ["x", "y"] | readonly ["y", "x"];
  readonly evidence: readonly string[];
  readonly notices: readonly string[];
}

/** The published files have x first; where positions are as many as the points of the other axis, they decide. */
function spaceOf({ arrays }: ArrayFile, split: string): Order {
  const [, , first, second] = arrays.get(`${split}/u`)!.shape;
  const usual: Order = { axes: ["x", "y"], evidence: [], notices: [] };
  const [nx, ny] = ["x", "y"].map((name) => arrays.get(`${split}/${name}`)?.shape.at(-1));
  const fits = (x: number | undefined, y: number | undefined): boolean =>
    (nx === undefined || nx === x) && (ny === undefined || ny === y);
  if (fits(first, second)) return usual;
  const positions = [
    ...(nx === undefined ? [] : [`${nx} positions x`]),
    ...(ny === undefined ? [] : [`${ny} positions y`]),
  ].join(" and ");
  if (fits(second, first)) {
    return {
      axes: ["y", "x"],
      evidence: [`It has ${positions}, so y comes first; in the published files x does.`],
      notices: [],
    };
  }
  return {
    ...usual,
    notices: [
      `It has ${positions} for a grid of ${first!} × ${second!} points: they are left out, and axes taken in the published order, x first.`,
    ],
  };
}
