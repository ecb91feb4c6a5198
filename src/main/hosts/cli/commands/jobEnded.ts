/** A job of the workbench on the command line: its progress is shown, and Ctrl-C cancels it. */
import type { Job } from "../../../../shared/contract";
import { fromErrorRecord, type ErrorRecord } from "../../../../shared/errors";
import type { Workbench } from "../../../workbench/workbench";
import type { Shell } from "../command";
import { progressOrLog } from "./shared";

/**
 * Resolves once it is done.
 * @throws what made it fail; an AbortError where it was cancelled
 */
export async function jobEnded(workbench: Workbench, job: string, shell: Shell): Promise<void> {
  const show = progressOrLog(shell);
  const cancel = (): void => void workbench.call("jobs.cancel", { job });
  let quiet: () => void = () => undefined;
  const ending = new Promise<void>((done, fail) => {
    const follow = (now: Job): void => {
      if (now.id !== job) return;
      if (now.state === "running") show({ fraction: now.fraction, stage: now.stage });
      else if (now.state === "cancelled") fail(new DOMException("Cancelled.", "AbortError"));
      else if (now.error !== null) fail(fromErrorRecord(now.error as ErrorRecord));
      else if (now.state === "done") done();
    };
    quiet = workbench.on("job.changed", follow);
    // It may have ended before anybody listened.
    workbench.call("jobs.list", {}).then((jobs) => jobs.forEach(follow), fail);
  });
  shell.signal.addEventListener("abort", cancel, { once: true });
  if (shell.signal.aborted) cancel();
  try {
    await ending;
  } finally {
    quiet();
    shell.signal.removeEventListener("abort", cancel);
  }
}
