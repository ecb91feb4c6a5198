/** Every task by name: what a compute process can be asked. */
import type { Task } from "../compute";
import { analyse } from "./analyse";
import { convention } from "./convention";
import { devices } from "./devices";
import { exportFigure } from "./exportFigure";
import { identifyFigure } from "./identifyFigure";
import { inspectData } from "./inspectData";
import { inspectModel } from "./inspectModel";
import { preview } from "./preview";
import { readArrays } from "./readArrays";
import { readSamples } from "./readSamples";

export const tasks = {
  analyse,
  convention,
  devices,
  exportFigure,
  identifyFigure,
  inspectData,
  inspectModel,
  preview,
  readArrays,
  readSamples,
} satisfies Record<string, Task<never, unknown>>;

export type Tasks = typeof tasks;
