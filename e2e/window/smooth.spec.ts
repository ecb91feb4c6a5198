/**
 * The window while a training takes the whole machine: what its thread is held up by, and when frames come. Frames also
 * wait for processors that others have, so they are told and not asserted.
 */
import type { Page } from "@playwright/test";
import { expect, test } from "../host";
import { newStudy, openWindow, simulate } from "./steps";
import { tasksDuring } from "./thread";

/** Milliseconds: of a task that is felt, and that is watched. */
const [FELT, WATCHED] = [50, 6000];

interface Watched {
  /** Milliseconds between frames, the longest first. */
  readonly gaps: readonly number[];
  /** Of tasks that the browser calls long, by the clock. */
  readonly long: readonly number[];
}

/** Frames as the page is given them, and the tasks over 50 ms that its browser reports. */
function watch(page: Page): Promise<Watched> {
  return page.evaluate(
    (wait) =>
      new Promise<Watched>((resolve) => {
        const [gaps, long]: [number[], number[]] = [[], []];
        const observer = new PerformanceObserver((list) => {
          for (const { duration } of list.getEntries()) long.push(duration);
        });
        observer.observe({ type: "longtask" });
        const start = performance.now();
        let last: number | undefined;
        const frame = (now: number): void => {
          if (last !== undefined) gaps.push(now - last);
          last = now;
          if (performance.now() - start < wait) return void requestAnimationFrame(frame);
          observer.disconnect();
          resolve({ gaps: gaps.sort((a, b) => b - a), long });
        };
        requestAnimationFrame(frame);
      }),
    WATCHED,
  );
}

function inWords({ gaps, long }: Watched): string {
  const whole = gaps.reduce((sum, gap) => sum + gap, 0);
  const at = (share: number): string => gaps[Math.floor(share * (gaps.length - 1))]!.toFixed(1);
  return `${((1000 * gaps.length) / whole).toFixed(1)} frames a second, gaps of ${at(0.5)} ms (median), ${at(0.05)} (95 %), ${at(0)} (longest); ${long.length} long tasks${long.length === 0 ? "" : `, the longest ${Math.max(...long).toFixed(0)} ms`}`;
}

test("live curves and pictures of a training never hold the window’s thread for 50 ms", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Smooth");
  await simulate(page, { trajectories: 8, steps: 20 });
  await page.getByRole("navigation").getByRole("button", { name: "Train…" }).click();
  await page.getByLabel("Preset").selectOption("Medium");
  await page.getByRole("textbox", { name: "Epochs" }).fill("500");
  await expect(page.getByRole("button", { name: "Train", exact: true })).toBeEnabled();
  const idle = await watch(page);
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await expect(page.getByRole("img", { name: /^Loss\./ })).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole("img", { name: /^v\.x, prediction/ })).toBeVisible();
  let busy = idle;
  const tasks = await tasksDuring(page, async () => {
    busy = await watch(page);
  });
  console.log(`With nothing running: ${inWords(idle)}`);
  console.log(`While a training runs: ${inWords(busy)}`);
  console.log(
    `Its tasks in the thread's own time: ${tasks
      .slice(0, 12)
      .map((ms) => ms.toFixed(0))
      .join(", ")} ms`,
  );
  await page.getByRole("button", { name: "Pause" }).first().click();
  await expect(page.getByText(/^Paused in epoch/)).toBeVisible({ timeout: 30_000 });

  expect(tasks.length).toBeGreaterThan(100);
  expect(tasks[0]).toBeLessThan(FELT);
});
