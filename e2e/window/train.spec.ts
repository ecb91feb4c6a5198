/** A network trained in the window: set up, watched, paused, found again after a reload, and studied. */
import type { Page } from "@playwright/test";
import { expect, test } from "../host";
import { expectNoOverflow, newStudy, openWindow } from "./steps";

/** Milliseconds that nothing may hold up the window for. */
const LONGEST = 50;
/** What a second has besides of a busy machine is not the program's: one quiet second of so many shows what it takes. */
const SECONDS = 8;

async function simulate(page: Page): Promise<void> {
  await page.getByRole("navigation").getByRole("button", { name: "Simulate…" }).click();
  await page.getByRole("textbox", { name: "Points a side" }).fill("16");
  await page.getByRole("textbox", { name: "Trajectories" }).fill("6");
  await page.getByRole("textbox", { name: "Steps", exact: true }).fill("12");
  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await expect(page.getByRole("tab", { name: "navier-stokes" })).toBeVisible({ timeout: 30_000 });
}

/** The longest task of the window's thread in each second, until there was a quiet one. */
async function longestTasks(page: Page): Promise<number[]> {
  const found: number[] = [];
  while (found.length < SECONDS && Math.min(Infinity, ...found) > LONGEST) {
    found.push(
      await page.evaluate(
        () =>
          new Promise<number>((resolve) => {
            let longest = 0;
            const observer = new PerformanceObserver((list) => {
              for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
            });
            observer.observe({ type: "longtask" });
            setTimeout(() => {
              observer.disconnect();
              resolve(longest);
            }, 1000);
          }),
      ),
    );
  }
  return found;
}

test("a network is trained, paused, found again, and its checkpoints are studied", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Trained");
  await page.getByRole("navigation").getByRole("button", { name: "Train…" }).click();
  await expect(page.getByText("There are no data to train on yet.")).toBeVisible();
  await simulate(page);

  await page.getByRole("tab", { name: "Train a network" }).click();
  await expect(page.getByRole("definition").filter({ hasText: "11 767" })).toBeVisible();
  await page.getByRole("textbox", { name: "Learning rate" }).fill("-1");
  await expect(page.getByRole("button", { name: "Train", exact: true })).toBeDisabled();
  await page.getByRole("textbox", { name: "Learning rate" }).fill("0.002");
  await page.getByRole("textbox", { name: "Epochs" }).fill("2000");
  await expectNoOverflow(page);
  await page.getByRole("button", { name: "Train", exact: true }).click();

  const tree = page.getByRole("navigation");
  await expect(page.getByRole("img", { name: /^Loss\./ })).toBeVisible({ timeout: 30_000 });
  await expect(page.getByRole("img", { name: /^v\.x, prediction/ })).toBeVisible();
  const longest = await longestTasks(page);
  console.log(`Longest task of each second: ${longest.map(Math.round).join(", ")} ms`);
  expect(Math.min(...longest)).toBeLessThan(LONGEST);
  await page.getByRole("button", { name: "Pause" }).first().click();
  await expect(page.getByText(/^Paused in epoch \d+ of 2000, after step \d+/)).toBeVisible();
  await expect(tree.getByRole("button", { name: /unet on navier-stokes paused/ })).toBeVisible();

  await page.reload();
  await expect(page.getByText(/^Paused in epoch \d+ of 2000/)).toBeVisible();
  await expect(page.getByRole("img", { name: /^Loss\./ })).toBeVisible();
  await expect(page.getByRole("img", { name: "Relative error over the steps of the rollout" })).toBeVisible(); // prettier-ignore
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("status").filter({ hasText: /Epoch \d+ of 2000, loss/ })).toBeVisible(); // prettier-ignore
  await page.reload();
  await expect(page.getByText("Learning rate", { exact: true }).first()).toBeVisible();
  await page.getByRole("button", { name: "Stop and keep checkpoint" }).click();
  await expect(tree.getByRole("button", { name: /unet on navier-stokes \d+ checkpoints/ })).toBeVisible(); // prettier-ignore

  await expectNoOverflow(page);
  await page.getByRole("button", { name: "Evolution over its checkpoints…" }).click();
  await expect(page.getByRole("combobox", { name: "Model" })).toHaveValue(/./);
  await expect(page.getByRole("button", { name: "Run evolution" })).toBeEnabled();
});

test("what waits is put in another order", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "Queued");
  await simulate(page);
  for (const epochs of ["2001", "2002", "2003"]) {
    await page.getByRole("navigation").getByRole("button", { name: "Train…" }).click();
    await page.getByText("More of the training").click();
    await page.getByRole("textbox", { name: "Name" }).fill(`E${epochs}`);
    await page.getByRole("textbox", { name: "Epochs" }).fill(epochs);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    await expect(page.getByRole("button", { name: "Pause" }).first()).toBeVisible();
  }
  await page.getByRole("button", { name: "Jobs", exact: true }).click();
  const titles = page.getByRole("region", { name: "Jobs" }).getByText(/^Train E/);
  const inOrder = (...names: string[]): Promise<void> =>
    expect(titles).toHaveText(names.map((name) => `Train ${name}`));
  await inOrder("E2001", "E2002", "E2003");
  await expect(page.getByRole("button", { name: "Run Train E2002 earlier" })).toBeDisabled();
  await page.getByRole("button", { name: "Run Train E2003 earlier" }).click();
  await inOrder("E2001", "E2003", "E2002");
  const jobs = page.getByRole("region", { name: "Jobs" });
  await jobs.getByRole("button", { name: "Pause" }).first().click();
  await expect(jobs.getByText("paused")).toBeVisible();
  await inOrder("E2003", "E2002", "E2001");
  await expect(jobs.getByText(/^Epoch \d+ of 2003/)).toBeVisible({ timeout: 30_000 });
});
