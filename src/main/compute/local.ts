/** Tasks in this process: the command line, which ends with its one task. */
import type { CallOptions, Compute, Task, TaskInput, TaskName, TaskOutput } from "./compute";
import { tasks } from "./tasks";
import { throttled } from "./throttle";

export class LocalCompute implements Compute {
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

  close(): Promise<void> {
    return Promise.resolve();
  }
}
