/** What a person does in the window, in the words of its buttons. */
import { join } from "node:path";
import { expect, type Page } from "@playwright/test";
import type { Host } from "../host";

/** Opens the window and fails the test on anything that its console complains of. */
export async function openWindow(page: Page, host: Host): Promise<void> {
  const complaints: string[] = [];
  // The host ends before the page does, which may still be asking for a part of the program.
  const gone =
    /^WebSocket connection|net::ERR_(CONNECTION_\w+|EMPTY_RESPONSE|INCOMPLETE_CHUNKED_ENCODING)|^Unable to preload|dynamically imported/;
  const complain = (text: string): void => {
    if (!gone.test(text)) complaints.push(text);
  };
  page.on("pageerror", (error) => complain(error.message));
  page.on("console", (message) => {
    // Svelte's warnings at run time are bugs of ours; a browser's, of a missing GPU say, are not.
    if (message.type() === "error" || message.text().includes("svelte.dev/e/"))
      complain(message.text());
  });
  page.on("close", () => {
    expect(complaints, "the console stays silent").toEqual([]);
  });
  await page.goto(host.url);
  await expect(page.getByRole("heading", { name: "Noetherscope" })).toBeVisible();
}

export async function newStudy(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name: "New study…" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Create study" }).click();
  await expect(page.getByRole("textbox", { name: "Name of the study" })).toHaveValue(name);
}

/** Through the file browser, by typing the path. */
export async function addFile(page: Page, what: "model" | "data", path: string): Promise<void> {
  await page
    .getByRole("navigation")
    .getByRole("button", { name: `Add ${what}` })
    .click();
  const typed = page.getByRole("textbox", { name: /^Path on/ });
  // The first folder's path would else come in between the old text and the new.
  await expect(typed).not.toHaveValue("");
  await typed.fill(path);
  await page.keyboard.press("Enter");
}

/** The small U-Net of the fixtures with its data; the fields are density, velocity and pressure. */
export async function addUnet(page: Page, host: Host): Promise<void> {
  const folder = join(host.program, "fixtures", "unet");
  await addFile(page, "model", join(folder, "model.onnx"));
  await expect(page.getByText("Every parameter is reached by the gradient.")).toBeVisible();
  await addFile(page, "data", join(folder, "data.npz"));
  await expect(page.getByRole("heading", { name: "What are the channels?" })).toBeVisible();
  await page.getByLabel("Kind of field 2").selectOption("vector");
  await page.getByLabel("Name of field 2").fill("velocity");
  await page.getByRole("button", { name: "Looks right" }).click();
  await expect(page.getByRole("heading", { name: "Orbit of this sample" })).toBeVisible();
}

/** From the overview, with the defaults; waits for the run's page. */
export async function runAnalysis(page: Page, title: string): Promise<void> {
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByRole("button", { name: `Run ${title}` }).click();
  await expect(page.getByRole("button", { name: "Figure" }).first()).toBeVisible({
    timeout: 60_000,
  });
}

/** Nothing sticks out of the window sideways, and the pages do not scroll sideways. */
export async function expectNoOverflow(page: Page): Promise<void> {
  const wide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll(".page, .tree, .inspector, main")]
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => `${element.className || element.tagName}: ${element.scrollWidth}`),
  );
  expect(wide).toEqual([]);
}

interface Simulated {
  /** As the menu has it; Navier–Stokes unless told otherwise. */
  readonly equation?: string;
  /** Points a side. */
  readonly size?: number;
  readonly trajectories: number;
  readonly steps: number;
  /** What the study calls it then. */
  readonly name?: string;
}

/** From the study's tree; waits for the data's page. */
export async function simulate(
  page: Page,
  { equation, size, trajectories, steps, name = "navier-stokes" }: Simulated,
): Promise<void> {
  await page.getByRole("navigation").getByRole("button", { name: "Simulate…" }).click();
  if (equation !== undefined) {
    await page.getByLabel("Equation").selectOption({ label: equation });
  }
  const fill = (label: string, value: number): Promise<void> =>
    page.getByRole("textbox", { name: label, exact: true }).fill(String(value));
  if (size !== undefined) await fill("Points a side", size);
  await fill("Trajectories", trajectories);
  await fill("Steps", steps);
  await page.getByRole("button", { name: "Simulate", exact: true }).click();
  await expect(page.getByRole("tab", { name })).toBeVisible({ timeout: 60_000 });
}
