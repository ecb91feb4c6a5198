/** The system's notification when a long job ends while no window of the program is looked at. */
import type { BrowserWindow, Notification } from "electron";
import { LongJobs } from "../../../shared/jobNews";
import type { Workbench } from "../../workbench/workbench";

/** What is needed of Electron. */
export interface Desktop {
  readonly notification: new (options: {
    title: string;
    body: string;
  }) => Pick<Notification, "on" | "show">;
  /** The program's windows. */
  windows(): readonly Pick<BrowserWindow, "isFocused" | "show">[];
}

/** A click on the notification shows the window. */
export function notifyOfJobs(workbench: Pick<Workbench, "on">, desktop: Desktop): void {
  const jobs = new LongJobs();
  workbench.on("job.changed", (job) => {
    const news = jobs.hear(job, performance.now());
    if (news === null || desktop.windows().some((window) => window.isFocused())) return;
    const notification = new desktop.notification({ ...news });
    notification.on("click", () => desktop.windows()[0]?.show());
    notification.show();
  });
}
