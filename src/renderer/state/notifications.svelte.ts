/**
 * The browser's notification when a long job ends while the window is not looked at. The desktop program has its
 * system's own; a browser asks its user first.
 */
import type { Client } from "../../shared/contract";
import { LongJobs } from "../../shared/jobNews";

export class Notifications {
  readonly #jobs = new LongJobs();
  #permission = $state<NotificationPermission | "unsupported">(
    typeof Notification === "undefined" ? "unsupported" : Notification.permission,
  );

  /** @param inBrowser whether this window's host leaves notifications to it */
  constructor(client: Client, inBrowser: () => boolean) {
    client.on("job.changed", (job) => {
      const news = this.#jobs.hear(job, performance.now());
      if (news === null || !inBrowser() || document.hasFocus()) return;
      if (this.#permission === "granted") this.#show(news.title, news.body);
    });
  }

  /** Whether the user has not been asked yet. */
  get open(): boolean {
    return this.#permission === "default";
  }

  /** From a click alone: browsers refuse a question that nobody asked for. */
  async ask(): Promise<void> {
    this.#permission = await Notification.requestPermission();
  }

  #show(title: string, body: string): void {
    const shown = new Notification(title, { body });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
  }
}
