/** A study in which another program trains: followed here, ours when that ends, and what waited in it offered again. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, type Host } from "../host";
import { expectNoOverflow, openWindow } from "./steps";

/** The command line, beside the host. */
function program(host: Host, ...words: readonly string[]) {
  const env = { ...process.env, NOETHERSCOPE_HOME: host.home };
  return spawn(process.execPath, [join(host.program, "out/main/cli.js"), ...words], {
    env,
    stdio: "ignore",
  });
}

test("another program’s training is followed, its study becomes ours, and what waited starts when told to", async ({
  page,
  host,
}) => {
  test.setTimeout(120_000);
  const [data, study] = [join(host.home, "flow.npz"), join(host.home, "Shared")];
  await once(program(host, "simulate", "navier-stokes", "--size", "16", "--trajectories", "6", "--steps", "6", "--out", data), "exit"); // prettier-ignore
  const words = ["train", "--data", data, "--model", "cnn", "--width", "4", "--depth", "2", "--study", study]; // prettier-ignore
  await once(program(host, ...words, "--epochs", "1"), "exit");
  const path = join(study, "study.json");
  const document = JSON.parse(await readFile(path, "utf8")) as { data: { id: string }[] };
  const request = { system: "kdv", preset: null, set: {}, trajectories: 1, steps: 2, size: 32, seed: 0 }; // prettier-ignore
  const flow = { kind: "simulation", id: "flow", title: "Simulate Korteweg–de Vries", asked: new Date().toISOString(), request }; // prettier-ignore
  await writeFile(path, JSON.stringify({ ...document, queue: [flow] }));
  const other = program(host, ...words, "--epochs", "100000", "--name", "Long");
  try {
    // It has the study once it lists its training.
    await expect
      .poll(async () => (await readFile(join(study, ".lock"), "utf8").catch(() => "")) !== "", {
        timeout: 30_000,
      })
      .toBe(true);
    await openWindow(page, host);
    await page.getByRole("button", { name: /Open study/ }).first().click(); // prettier-ignore
    const typed = page.getByRole("textbox", { name: /^Path on/ });
    await expect(typed).not.toHaveValue("");
    await typed.fill(study);
    await page.keyboard.press("Enter");
    await expect(page.getByText(/^Open for reading only: it is held by process/)).toBeVisible();
    await expect(page.getByRole("region", { name: "Jobs" })).toContainText("Another Noetherscope trains Long", { timeout: 20_000 }); // prettier-ignore
    await expect(page.getByRole("button", { name: /^Start / })).toHaveCount(0);
    await page.getByRole("navigation").getByRole("button", { name: /^Long/ }).click();
    await expect(page.getByText(/^Another Noetherscope trains it \(process \d+/)).toBeVisible();
    await expect(page.getByText(/^Epoch \d+ of 100000, loss/).first()).toBeVisible();
    await expect(page.getByRole("img", { name: /^Loss\./ })).toBeVisible();
    await expect(page.getByRole("button", { name: "Resume" })).toHaveCount(0);
  } finally {
    other.kill("SIGINT");
    await once(other, "exit");
  }
  // Without a word from anybody.
  await expect(page.getByText(/^Paused in epoch \d+ of 100000/)).toBeVisible({ timeout: 10_000 });
  await expect(page.getByRole("button", { name: "Resume" })).toBeVisible();
  await page.getByRole("button", { name: "1 waits, not started" }).click();
  await expectNoOverflow(page);
  await page.getByRole("button", { name: "Start Simulate Korteweg–de Vries" }).click();
  await expect(page.getByRole("navigation").getByRole("button", { name: /^kdv/ })).toBeVisible({ timeout: 20_000 }); // prettier-ignore
  await expect(page.getByText("Waiting, not started")).toHaveCount(0);
});
