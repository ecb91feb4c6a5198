/** A worker thread's side: takes calls from its port, runs the tasks, answers. */
import { toErrorRecord } from "../../shared/errors";
import type { Lane } from "./compute";
import type { Task } from "./task";
import type { FromCompute, ToCompute } from "./messages";
import { throttled } from "./throttle";

/** What is needed of a MessagePort. */
export interface Port {
  postMessage(message: FromCompute): void;
  on(event: "message", listener: (message: ToCompute) => void): unknown;
}

/**
 * Serves `tasks` on a port. In the lane "jobs" a call waits until the one before has ended, also where that one was
 * cancelled and still winds down: two jobs would share cores and memory budget.
 */
export function serveTasks(
  port: Port,
  tasks: Readonly<Record<string, Task<never, unknown>>>,
  lane: Lane,
): void {
  const running = new Map<number, AbortController>();
  let last: Promise<unknown> = Promise.resolve();

  const run = async (message: ToCompute & { kind: "call" }, signal: AbortSignal): Promise<void> => {
    const { id } = message;
    const { progress, stop } = throttled((report) => {
      port.postMessage({ kind: "progress", id, ...report });
    });
    try {
      signal.throwIfAborted();
      const task = tasks[message.task];
      if (task === undefined) throw new Error(`there is no task ${message.task}`);
      const output = await task(message.input as never, { signal, progress });
      port.postMessage({ kind: "result", id, output });
    } catch (error) {
      port.postMessage({ kind: "error", id, error: toErrorRecord(error) });
    } finally {
      stop();
      running.delete(id);
    }
  };

  port.on("message", (message) => {
    if (message.kind === "cancel") {
      running.get(message.id)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(message.id, controller);
    if (lane !== "jobs") void run(message, controller.signal);
    else last = last.then(() => run(message, controller.signal));
  });
}
