/** What goes wrong says what, where and what to do, and changes nothing. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { WebSocketRoute } from "@playwright/test";
import { expect, test } from "../host";
import { addFile, addUnet, newStudy, openWindow } from "./steps";

test("a truncated model is refused with one sentence, and the study stays as it was", async ({
  page,
  host,
}) => {
  const whole = await readFile(join(host.program, "fixtures", "unet", "model.onnx"));
  const path = join(host.home, "cut.onnx");
  await writeFile(path, whole.subarray(0, 5000));
  await openWindow(page, host);
  await newStudy(page, "Errors");
  await addFile(page, "model", path);
  const problem = page.getByRole("dialog").getByRole("alert");
  await expect(problem).toContainText("cut.onnx");
  await problem.getByText("Details").click();
  await expect(problem.locator("pre")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("navigation")).toContainText("No model yet");
});

test("a file that is not there is named", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "Errors");
  await addFile(page, "data", join(host.home, "nothing.npz"));
  await expect(page.getByRole("dialog").getByRole("alert")).toContainText("nothing.npz");
});

test("a typed file of another kind is called what it is, and the path stays", async ({
  page,
  host,
}) => {
  const data = join(host.program, "fixtures", "unet", "data.npz");
  await openWindow(page, host);
  await newStudy(page, "Mixed up");
  await addFile(page, "model", data);
  await expect(page.getByRole("alert")).toContainText("data.npz is a data file; models (.onnx, ");
  await expect(page.getByRole("textbox", { name: /^Path on/ })).toHaveValue(data);
});

test("equivariance is held back where no group acts, and the way to motions is shown", async ({
  page,
  host,
}) => {
  const folder = join(host.program, "fixtures", "mlp");
  await openWindow(page, host);
  await newStudy(page, "Bodies");
  await addFile(page, "model", join(folder, "model.onnx"));
  await expect(page.getByText("Every parameter is reached by the gradient.")).toBeVisible();
  await addFile(page, "data", join(folder, "data.npz"));
  await page.getByRole("tab", { name: "Overview" }).click();
  const run = page.getByRole("button", { name: "Run equivariance" });
  await expect(run).toBeDisabled();
  await page
    .getByRole("listitem")
    .filter({ has: page.getByRole("heading", { name: "Equivariance" }) })
    .getByRole("button", { name: "Set up…" })
    .click();
  await expect(page.getByText(/^No group acts on these data/)).toBeVisible();
  await expect(run).toBeDisabled();
  await page.getByRole("button", { name: "Lie derivative", exact: true }).click();
  await expect(page.getByRole("heading", { name: "Lie derivative" })).toBeVisible();
});

test("a wrong parameter is said where it stands and holds the run back", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "Errors");
  await addUnet(page, host);
  await page.getByRole("tab", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Set up…" }).first().click();
  await page.getByLabel("Samples", { exact: true }).fill("many");
  await expect(page.getByText("a number of samples, or all")).toBeVisible();
  await expect(page.getByRole("button", { name: "Run coherence" })).toBeDisabled();
});

test("a cancelled run stops at once, leaves nothing, and can be run again", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Set up…" }).first().click();
  // Long enough on any machine: a click must find it still running.
  await page.getByLabel("Samples", { exact: true }).fill("all");
  await page.getByText("Advanced").click();
  await page.getByRole("combobox", { name: "Executor" }).selectOption("reference");
  await page.getByRole("button", { name: "Run coherence" }).click();
  const tab = page.getByRole("tabpanel");
  await tab.getByRole("button", { name: "Cancel" }).click();
  await expect(tab.getByText("Cancelled; nothing was kept.")).toBeVisible();
  await expect(page.getByRole("navigation")).toContainText("What you run is kept here");
  await expect(tab.getByRole("button", { name: "Run coherence" })).toBeEnabled();
});

test("without its token the window says how to get in", async ({ page, host }) => {
  await page.goto(host.url.replace(/#.*/, ""));
  await expect(page.getByRole("alert")).toContainText("token");
});

test("a study that cannot be written says so in its dialog, and another name works", async ({
  page,
  host,
}) => {
  await writeFile(join(host.home, "taken"), "a file where a folder should go");
  await openWindow(page, host);
  await page.getByRole("button", { name: "New study…" }).click();
  const dialog = page.getByRole("dialog");
  const folder = dialog.getByRole("textbox", { name: "In the folder" });
  await expect(folder).not.toHaveValue("");
  await folder.fill(join(host.home, "taken"));
  await dialog.getByRole("button", { name: "Create study" }).click();
  await expect(dialog.getByRole("alert")).toContainText("taken");
  await folder.fill(join(host.home, "free"));
  await dialog.getByRole("button", { name: "Create study" }).click();
  await expect(page.getByRole("textbox", { name: "Name of the study" })).toBeVisible();
});

test("a lost connection is said calmly and taken up again by itself", async ({ page, host }) => {
  let cut = false;
  const live: WebSocketRoute[] = [];
  await page.routeWebSocket(/\/socket/, (socket) => {
    if (cut) void socket.close({ code: 1001 });
    else {
      socket.connectToServer();
      live.push(socket);
    }
  });
  await openWindow(page, host);
  await newStudy(page, "Kept");
  cut = true;
  for (const socket of live) await socket.close({ code: 1001 });
  const banner = page.getByText(/^The connection to the computing program is lost/);
  await expect(banner).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name of the study" })).toHaveValue("Kept");
  cut = false;
  await expect(banner).toBeHidden();
  await page.getByRole("textbox", { name: "Notes" }).fill("Still here");
  await page.keyboard.press("Tab");
  await page.reload();
  await expect(page.getByRole("textbox", { name: "Notes" })).toHaveValue("Still here");
});

test("a checkpoint without its network asks for the network first", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "Errors");
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(8)], "unet.pt"));
    window.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, cancelable: true }));
  });
  await expect(page.getByText("Open the model first; then these weights")).toBeVisible();
});
