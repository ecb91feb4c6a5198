/** How long the window's own thread is held up. */
import type { Page } from "@playwright/test";

interface TraceEvent {
  readonly name: string;
  readonly pid: number;
  readonly tid: number;
  /** Microseconds of the thread itself: what a busy machine gives others is not in it. */
  readonly tdur?: number;
  readonly args: { readonly name?: string };
}

/** Milliseconds of the window's own thread in each of its tasks while something is done, the longest first. */
export async function tasksDuring(page: Page, work: () => Promise<void>): Promise<number[]> {
  const session = await page.context().newCDPSession(page);
  const events: TraceEvent[] = [];
  session.on("Tracing.dataCollected", ({ value }) =>
    events.push(...(value as unknown as TraceEvent[])),
  );
  await session.send("Tracing.start", {
    transferMode: "ReportEvents",
    traceConfig: { includedCategories: ["toplevel", "__metadata"] },
  });
  await work();
  const complete = new Promise((resolve) => session.once("Tracing.tracingComplete", resolve));
  await session.send("Tracing.end");
  await complete;
  await session.detach();
  const windows = events.filter(({ args }) => args.name === "CrRendererMain");
  return events
    .filter(({ name }) => name.endsWith("RunTask"))
    .filter(({ pid, tid }) => windows.some((one) => one.pid === pid && one.tid === tid))
    .map(({ tdur = 0 }) => tdur / 1000)
    .sort((a, b) => b - a);
}
