/** What computes: the page of devices, and the choice in a form. */
import { expect, test } from "../host";
import { openWindow } from "./steps";

test("the page of devices says what is ready, how fast, and what would bring the rest", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await page.getByRole("button", { name: "Devices" }).click();
  const processor = page.locator("[data-device='onnxruntime:cpu']");
  await expect(processor).toContainText("Ready", { timeout: 60_000 });
  await expect(processor).toContainText("Agrees with float64 to");
  if (process.platform === "linux") {
    await expect(page.locator("[data-device='onnxruntime:dml']")).toContainText(
      "Not here: It is a part of Windows.",
    );
  }
  await page.getByRole("button", { name: "Measure their speed" }).click();
  await expect(processor).toContainText("GFLOP/s", { timeout: 60_000 });
  await page.keyboard.press("Escape");
  await expect(processor).toBeHidden();
});

test("a form computes on the CPU unless another device is chosen, and the run says where", async ({
  page,
  host,
}) => {
  await openWindow(page, host);
  await page.getByRole("button", { name: /Jets along x/ }).click();
  await expect(page.getByRole("button", { name: "Run coherence" })).toBeVisible();
  await page.keyboard.press("ControlOrMeta+k");
  await page.keyboard.type("new equi");
  await page.keyboard.press("Enter");
  await page.getByText("Advanced").click();
  const device = page.getByRole("combobox", { name: "Device" });
  await expect(device).toHaveValue("cpu");
  await device.selectOption("auto");
  await page.keyboard.press("ControlOrMeta+Enter");
  const inspector = page.getByRole("complementary", { name: "Inspector" });
  await expect(inspector.getByText(/^onnxruntime .*(CPU|WebGPU|CUDA)/)).toBeAttached({
    timeout: 60_000,
  });
});
