/** Weights from a trainer's file: which of them, where they went, and how they differ. */
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "../host";
import { addFile, expectNoOverflow, newStudy, openWindow } from "./steps";

async function load(page: Page, path: string): Promise<void> {
  await page.getByRole("button", { name: "Load weights…" }).click();
  await typePath(page, path);
}

async function typePath(page: Page, path: string): Promise<void> {
  const typed = page.getByRole("textbox", { name: /^Path on/ });
  await expect(typed).not.toHaveValue("");
  await typed.fill(path);
  await page.keyboard.press("Enter");
}

test("one of several sets of weights is chosen, and compared with the model's own", async ({
  page,
  host,
}) => {
  const folder = join(host.program, "fixtures", "checkpoints");
  await openWindow(page, host);
  await newStudy(page, "Weights");
  await addFile(page, "model", join(folder, "net.onnx"));
  await load(page, join(folder, "two.pt"));
  await expect(page.getByText("two.pt holds 2 sets of weights, 2 of which fit")).toBeVisible();
  await expectNoOverflow(page);
  await page.getByRole("button", { name: "Take ema" }).click();
  await expect(page.getByText("two.pt, ema, epoch 7")).toBeVisible();
  await expect(page.getByText("10 tensors were placed: 10 by name.")).toBeVisible();
  await page.getByRole("button", { name: "Another file…" }).click();
  await typePath(page, join(folder, "net.onnx"));
  await expect(page.getByText("10 tensors changed, 0 are the same.")).toBeVisible();
  await expectNoOverflow(page);
});

test("weights without names say how they were placed", async ({ page, host }) => {
  const folder = join(host.program, "fixtures", "checkpoints");
  await openWindow(page, host);
  await newStudy(page, "Leaves");
  await addFile(page, "model", join(folder, "net.onnx"));
  await load(page, join(folder, "leaves.eqx"));
  await expect(page.getByText("10 tensors were placed: 3 by shape, 7 by order.")).toBeVisible();
  await expect(page.getByText(/Agrees with PyTorch/)).toBeVisible();
});

test("a model is held against an output that is known", async ({ page, host }) => {
  const folder = join(host.program, "fixtures", "checkpoints");
  await openWindow(page, host);
  await newStudy(page, "Known");
  await addFile(page, "model", join(folder, "net.onnx"));
  await page.getByRole("button", { name: "Check net.example.npz" }).click();
  await expect(page.getByText(/gives the known output: .* which is rounding/)).toBeVisible();
  await load(page, join(folder, "two.pt"));
  await page.getByRole("button", { name: "Take ema" }).click();
  await expect(page.getByText(/gives the known output/)).toHaveCount(0);
  await page.getByRole("button", { name: "Choose a file…" }).click();
  await typePath(page, join(folder, "net.example.npz"));
  await expect(page.getByText(/no rounding: this is another function/)).toBeVisible();
  await expectNoOverflow(page);
});

test("the weights of a Fourier neural operator open as a model", async ({ page, host }) => {
  await openWindow(page, host);
  await newStudy(page, "Operator");
  await addFile(page, "model", join(host.program, "fixtures", "checkpoints", "fno2d.pt"));
  await expect(page.getByText("963 parameters in 22 tensors")).toBeVisible();
  await expect(page.getByText(/coordinates of its points/)).toBeVisible();
  await expectNoOverflow(page);
});

test("an operator of neuralop opens from its weights, and says what they leave open", async ({
  page,
  host,
}) => {
  const folder = join(host.program, "fixtures", "checkpoints");
  await openWindow(page, host);
  await newStudy(page, "neuralop");
  await addFile(page, "model", join(folder, "operator_state_dict.pt"));
  await expect(page.getByText("Every parameter is reached by the gradient.")).toBeVisible();
  await expect(page.getByText(/coordinates of its points/)).toBeVisible();
  await expect(page.getByText(/does not say how FNO/)).toHaveCount(0);
  await addFile(page, "model", join(folder, "joint.pt"));
  await expect(page.getByText(/does not say how FNO/)).toBeVisible();
  await expectNoOverflow(page);
});
