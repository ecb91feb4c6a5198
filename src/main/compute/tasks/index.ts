/** Every task by name: what a compute process can be asked. */
import type { Task } from "../compute";
import { convention } from "./convention";
import { inspectData } from "./inspectData";
import { readArrays } from "./readArrays";
import { readSamples } from "./readSamples";

export const tasks = {
  convention,
  inspectData,
  readArrays,
  readSamples,
} satisfies Record<string, Task<never, unknown>>;

export type Tasks = typeof tasks;
