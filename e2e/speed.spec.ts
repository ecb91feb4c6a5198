/**
 * How fast it answers, against what we promise of a machine on which an empty Node starts in 60 ms. A slower or busier
 * one is given as much more time as that takes there, and tried more often: the least of several tries is what the
 * program takes, the rest what the machine did besides. The figures are printed, so that a slow creep shows before a
 * promise breaks.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { expect, test } from "./host";
import { openWindow } from "./window/steps";

const FEW = 3;
const MANY = 8;
/** Milliseconds. */
const EMPTY_NODE = 60;
const program = join(import.meta.dirname, "..");

/** How much slower than promised for this machine is at the moment; 1 where it is not. */
function slowness(): number {
  const start = performance.now();
  execFileSync(process.execPath, ["-e", "0"]);
  return Math.max(1, (performance.now() - start) / EMPTY_NODE);
}

/** Milliseconds of each try: a few, more while none keeps the promise. */
class Tries {
  readonly #what: string;
  readonly #promise: number;
  readonly #measured: number[] = [];
  /** What they would have been on the machine that the promise is for. */
  readonly #fair: number[] = [];

  constructor(what: string, promise: number) {
    this.#what = what;
    this.#promise = promise;
  }

  get done(): boolean {
    const { length } = this.#fair;
    return length >= MANY || (length >= FEW && Math.min(...this.#fair) < this.#promise);
  }

  add(milliseconds: number): void {
    this.#measured.push(milliseconds);
    this.#fair.push(milliseconds / slowness());
  }

  /** Prints them and holds the least to the promise. */
  judge(): void {
    const list = (all: readonly number[]): string => all.map(Math.round).join(", ");
    console.log(
      `${this.#what}: ${list(this.#measured)} ms (${list(this.#fair)} where Node is quick)`,
    );
    expect(Math.min(...this.#fair), this.#what).toBeLessThan(this.#promise);
  }
}

/** Milliseconds from a click until a `selector` is in the page, as the page itself sees it. */
function untilShown(page: Page, button: string, selector: string): Promise<number> {
  return page.evaluate(
    ([name, wanted]) =>
      new Promise<number>((resolve) => {
        const start = performance.now();
        [...document.querySelectorAll("button")]
          .find((one) => one.textContent?.trim() === name)!
          .click();
        const look = (): void => {
          if (document.querySelector(wanted!) === null) requestAnimationFrame(look);
          else resolve(performance.now() - start);
        };
        look();
      }),
    [button, selector],
  );
}

test("the window can be used two seconds after the command", async ({ page }) => {
  const tries = new Tries("From the command to an opened example", 2000);
  while (!tries.done) {
    const home = await mkdtemp(join(tmpdir(), "noetherscope-speed-"));
    const start = performance.now();
    // What `npm start` runs where Electron is not there; the browser is open already, as it mostly is.
    const host = spawn(
      process.execPath,
      [join(program, "resources/bin/noetherscope.mjs"), "serve", "--no-open"],
      { env: { ...process.env, NOETHERSCOPE_HOME: home }, stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = new Promise((resolve) => host.once("exit", resolve));
    const url = await new Promise<string>((resolve) =>
      createInterface({ input: host.stdout }).once("line", resolve),
    );
    await page.goto(url);
    await page.getByRole("button", { name: /Jets along x/ }).click();
    await expect(page.getByRole("button", { name: "Run coherence" })).toBeEnabled();
    tries.add(performance.now() - start);
    host.kill("SIGINT");
    await ended;
    await rm(home, { recursive: true, force: true });
  }
  tries.judge();
});

test("the first page loads under 600 kB compressed", async ({ page, host }) => {
  const sizes = new Map<string, Promise<number>>();
  page.on("response", (response) => {
    if (!response.ok()) return;
    sizes.set(
      new URL(response.url()).pathname,
      response.body().then((body) => gzipSync(body).length),
    );
  });
  await openWindow(page, host);
  await expect(page.getByRole("button", { name: /Jets along x/ })).toBeVisible();
  const all = await Promise.all(
    [...sizes].map(async ([path, size]) => ({ path, size: await size })),
  );
  const sum = all.reduce((total, { size }) => total + size, 0);
  console.log(`First load: ${Math.round(sum / 1000)} kB in ${all.length} files`);
  expect(sum).toBeLessThan(600_000);
});

test("progress shows within 300 ms of the click, and a cancel ends it within 500", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Set up…" }).first().click();
  // Enough work that it can be interrupted on any machine.
  await page.getByLabel("Samples", { exact: true }).fill("all");
  await page.getByText("Advanced").click();
  await page.getByRole("combobox", { name: "Executor" }).selectOption("reference");
  const shown = new Tries("From the click to progress", 300);
  const gone = new Tries("From the cancel to its end", 500);
  while (!shown.done || !gone.done) {
    await expect(page.getByRole("button", { name: "Run coherence" })).toBeEnabled();
    shown.add(await untilShown(page, "Run coherence", "form progress"));
    const progress = page.locator("form progress");
    // Until then it is being read and planned; a cancel within a computation is the harder one.
    await expect.poll(() => progress.evaluate((bar: HTMLProgressElement) => bar.value)).not.toBe(0);
    gone.add(await untilShown(page, "Cancel", "form .end [role='status']:not(.progress)"));
    await expect(page.getByText("Cancelled; nothing was kept.")).toBeVisible();
  }
  shown.judge();
  gone.judge();
});
