/**
 * PDEArena's Navier–Stokes files: smoke u and velocity vx, vy as [n, t, x, y] in a group a split.
 * Gupta and Brandstetter 2022, arXiv:2209.15616, and its data loaders.
 */
import type { ArraySource } from "../arraySource";
import type { Axis } from "../axes";
import type { Layout } from "./proposal";

const splits = ["train", "valid", "test"];

export const pdearena: Layout = (file) => {
  const here = splits.filter((split) =>
    ["u", "vx", "vy"].every((name) => file.arrays.get(`${split}/${name}`)?.shape.length === 4),
  );
  const split = here[0];
  if (split === undefined) return undefined;
  const array = (name: string): ArraySource | undefined => file.arrays.get(`${split}/${name}`);
  const axes: Axis[] = ["trajectory", "time", "x", "y"];
  const found = { time: array("t"), x: array("x"), y: array("y") };
  return {
    layout: "PDEArena Navier-Stokes 2-D",
    evidence: [`It has u, vx and vy [n, t, x, y] in a group ${split}, with t, x, y a trajectory.`],
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
      ...(here.length === 1
        ? []
        : [`Only ${split} is read; the file also has ${here.slice(1).join(", ")}.`]),
    ],
  };
};
