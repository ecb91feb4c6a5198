/** Tasks in this process: the command line, which ends with its one task. */
import { forbidTf32 } from "../runtime/onnxruntime/providers";
import { ComputeProcess, type Launch } from "./client";
import type {
  ApartOptions,
  CallOptions,
  Compute,
  TaskInput,
  TaskName,
  TaskOutput,
} from "./compute";
import type { Task } from "./task";
import { tasks } from "./tasks";
import { throttled } from "./throttle";

export class LocalCompute implements Compute {
  readonly #launch: Launch | null;

  /** @param launch for what must run apart; without it, as where nothing is built, that runs here as well */
  constructor(launch: Launch | null = null) {
    this.#launch = launch;
    forbidTf32();
  }

  async call<T extends TaskName>(
    task: T,
    input: TaskInput<T>,
    { signal = new AbortController().signal, onProgress }: CallOptions = {},
  ): Promise<TaskOutput<T>> {
    signal.throwIfAborted();
    const { progress, stop } = throttled((report) => onProgress?.(report));
    try {
      const run = tasks[task] as unknown as Task<TaskInput<T>, TaskOutput<T>>;
      return await run(input, { signal, progress });
    } finally {
      stop();
    }
  }

  apart<T extends TaskName>(
    task: T,
    input: TaskInput<T>,
    options: ApartOptions,
  ): Promise<TaskOutput<T>> {
    if (this.#launch !== null) {
      return new ComputeProcess(this.#launch).apart(task, input, options);
    }
    const { signal } = options;
    return this.call(task, input, signal === undefined ? {} : { signal });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
