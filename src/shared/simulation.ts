/** What a window is told of simulators, and what it asks of them. */
import { z } from "zod";
import type { Parameter } from "./parameters";
import type { Tensor } from "./tensor";

const tensor = z.custom<Tensor>(
  (value) => typeof value === "object" && value !== null && "shape" in value && "data" in value,
  "a tensor",
);
const parameter = z.custom<Extract<Parameter, { kind: "number" | "choice" }>>(
  (value) => typeof value === "object" && value !== null && "kind" in value && "default" in value,
  "a parameter",
);
const settings = z.record(z.string(), z.union([z.number(), z.string()]));

export const simulatorInfo = z.object({
  id: z.string(),
  title: z.string(),
  equation: z.string(),
  /** The same typeset, equations one below another. */
  tex: z.array(z.string()),
  fields: z.string(),
  /** Axes of the grid; 0 for particles. */
  axes: z.number(),
  /** The usual number of points a side, or of particles. */
  size: z.number(),
  /** Coefficients and choices alike. */
  parameters: z.record(z.string(), parameter),
  presets: z.record(z.string(), settings),
});
export type SimulatorInfo = z.infer<typeof simulatorInfo>;

export const simulationRequest = z.object({
  system: z.string(),
  preset: z.string().nullable(),
  /** Coefficients and choices that differ from the preset's. */
  set: settings,
  trajectories: z.number().int().min(1),
  /** States after the first. */
  steps: z.number().int().min(0),
  size: z.number().int().min(1).nullable(),
  seed: z.number().int().min(0),
});
export type SimulationRequest = z.infer<typeof simulationRequest>;

export const simulationPreview = z.object({
  /** [trajectory, time, …] */
  shape: z.array(z.number()),
  bytes: z.number(),
  seconds: z.number(),
  /** Steps of the method for one that is kept. */
  substeps: z.number(),
  fields: z.string(),
  /** Group on the grid that the evolution has to rounding. */
  symmetry: z.string(),
  remarks: z.array(z.string()),
  /** States that the first trajectories start from: [channel, y, x], [channel, x] or [particle, channel]. */
  starts: z.array(tensor),
});
export type SimulationPreview = z.infer<typeof simulationPreview>;
