/**
 * Where heavy work is done: the one interface behind which stands a process of its own (windows) or this process
 * (command line). Callers name a task of `tasks/` and never learn which.
 */
import type { Progress } from "./task";
import type { Tasks } from "./tasks";

export type TaskName = keyof Tasks;
export type TaskInput<T extends TaskName> = Parameters<Tasks[T]>[0];
export type TaskOutput<T extends TaskName> = Awaited<ReturnType<Tasks[T]>>;

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** Aborted, it rejects only once the task has wound down and written what it keeps, or was given up. */
  readonly winding?: boolean;
}

export interface ApartOptions {
  readonly signal?: AbortSignal;
  /** After which the task is given up. */
  readonly seconds: number;
  /** What the process and its libraries print; else it is lost. */
  readonly hear?: (text: string) => void;
}

export interface Compute {
  /**
   * Runs a task. An aborted signal rejects at once, whatever the task is in the middle of, unless it is `winding`.
   * @throws what the task throws; UserError "compute/crashed" where the process it ran in ended
   */
  call<T extends TaskName>(
    task: T,
    input: TaskInput<T>,
    options?: CallOptions,
  ): Promise<TaskOutput<T>>;
  /**
   * Runs a task in a process of its own, which ends with it.
   * @throws what the task throws; UserError "compute/crashed", "compute/hung"
   */
  apart<T extends TaskName>(
    task: T,
    input: TaskInput<T>,
    options: ApartOptions,
  ): Promise<TaskOutput<T>>;
  close(): Promise<void>;
}

/**
 * One job at a time beside any number of short questions, so that a window answers while a job runs. The convention
 * check takes seconds of states of 512 × 512: beside it, samples are shown as fast as ever.
 */
export type Lane = "jobs" | "checks" | "queries";

export function laneOf(task: TaskName): Lane {
  if (task === "convention") return "checks";
  return task === "analyse" || task === "simulate" || task === "train" ? "jobs" : "queries";
}
