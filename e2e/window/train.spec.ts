/** A network trained in the window: set up, watched, paused, found again after a reload, and studied. */
import { expect, test } from "../host";
import { expectNoOverflow, newStudy, openWindow, simulate } from "./steps";
import { tasksDuring } from "./thread";

/** Milliseconds that nothing may hold up the window for, and of a frame at 60 a second. */
const [LONGEST, FRAME] = [50, 16.7];
/** Milliseconds that the window's thread is watched for. */
const WATCHED = 5000;

const small = { size: 16, trajectories: 6, steps: 12 };

test("a network is trained, paused, found again, and its checkpoints are studied", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Trained");
  await page.getByRole("navigation").getByRole("button", { name: "Train…" }).click();
  await expect(page.getByText("There are no data to train on yet.")).toBeVisible();
  await simulate(page, small);

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
  const tasks = await tasksDuring(page, () =>
    page.evaluate((wait) => new Promise<void>((resolve) => setTimeout(resolve, wait)), WATCHED),
  );
  const late = tasks.filter((duration) => duration > FRAME).length;
  console.log(`Of ${tasks.length} tasks the longest ${tasks[0]?.toFixed(1)} ms, ${late} longer than a frame`); // prettier-ignore
  expect(tasks.length).toBeGreaterThan(100);
  expect(tasks[0]).toBeLessThan(LONGEST);
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
  await page.getByRole("button", { name: "Set up evolution over its checkpoints" }).click();
  await expect(page.getByRole("combobox", { name: "Model" })).toHaveValue(/./);
  await expect(page.getByRole("textbox", { name: "Checkpoints" })).toHaveValue("epoch-*.safetensors"); // prettier-ignore
  await expect(page.getByRole("button", { name: "Run evolution" })).toBeEnabled();
});

test("from a finished training its evolution and its landscape are a click away, and it can be removed", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await newStudy(page, "Twins");
  await simulate(page, small);
  const tree = page.getByRole("navigation");
  await tree.getByRole("button", { name: "Train…" }).click();
  await page.getByRole("textbox", { name: "Epochs" }).fill("3");
  await page.getByRole("textbox", { name: "Seeds" }).fill("0,1");
  await page.getByText("More of the training").click();
  await page.getByRole("textbox", { name: "Name" }).fill("twins");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  const next = page.getByRole("region", { name: "Next" });
  await expect(next.getByText("They are 2 models of this study, with 8 checkpoints")).toBeVisible({ timeout: 60_000 }); // prettier-ignore

  await next.getByRole("button", { name: "Run landscape over its checkpoints" }).click();
  await expect(page.getByRole("heading", { name: /^Landscape · twins, seed 0/ })).toBeVisible({ timeout: 120_000 }); // prettier-ignore
  await page.getByRole("tab", { name: "Training twins" }).click();
  await next.getByRole("button", { name: "Run evolution over its checkpoints" }).click();
  await expect(page.getByRole("heading", { name: "Evolution · twins, 2 seeds on navier-stokes" })).toBeVisible({ timeout: 120_000 }); // prettier-ignore
  await expect(page.getByText(/^Medians over 2 seeds × \d+ samples/)).toBeVisible();

  await tree.getByRole("button", { name: "Remove twins", exact: true }).click();
  await expect(page.getByText("Removed twins. Its weights leave the disk when the study is closed.")).toBeVisible(); // prettier-ignore
  await expect(page.getByText(/^The training twins, which made its network, was removed/)).toBeVisible(); // prettier-ignore
  await expect(page.getByRole("heading", { name: "Evolution · twins, 2 seeds on navier-stokes" })).toBeVisible(); // prettier-ignore
  await tree.getByRole("button", { name: /^twins, seed 1/ }).click();
  await expect(page.getByText(/^The training twins, which made it, was removed/)).toBeVisible();
  await page.getByRole("button", { name: "Undo" }).first().click();
  await expect(page.getByText(/^The training twins, which made it, was removed/)).toBeHidden();
  await expect(tree.getByRole("button", { name: /^twins/ }).first()).toBeVisible();
});

test("what waits is put in another order", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "Queued");
  await simulate(page, small);
  for (const epochs of ["2001", "2002", "2003"]) {
    await page.getByRole("navigation").getByRole("button", { name: "Train…" }).click();
    await page.getByText("More of the training").click();
    await page.getByRole("textbox", { name: "Name" }).fill(`E${epochs}`);
    await page.getByRole("textbox", { name: "Epochs" }).fill(epochs);
    await page.getByRole("button", { name: "Train", exact: true }).click();
    // What has not begun has nothing to go on with: it is cancelled, not paused.
    await expect(page.getByRole("button", { name: /^(Pause|Cancel)$/ }).first()).toBeVisible();
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
