/** One piece of heavy work: what it is given beside its input, and how it says how far it is. */
import type { Tensor } from "../../shared/tensor";
import type { TrainingReport } from "../../shared/training/training";

export interface Progress {
  /** 0…1. */
  readonly fraction: number;
  /** What is being done, as people read it. */
  readonly stage: string;
  /** What is known before anything is computed, each a sentence. */
  readonly notices?: readonly string[];
  /** What it has come to, to be looked at meanwhile. */
  readonly picture?: Tensor;
  /** Of a training: how it is getting on. */
  readonly training?: TrainingReport;
}

/** What a task may use of the world beside its input. */
export interface TaskContext {
  readonly signal: AbortSignal;
  progress(progress: Progress): void;
}

export type Task<I, O> = (input: I, context: TaskContext) => Promise<O>;
