import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import type { Agreement } from "../testing/agreement";
import { vulkanEnvironment } from "../testing/vulkan";

/**
 * Outputs, losses, gradients, Gram matrices and products with the Jacobian. Float32 in other orders of summation is
 * some 1e-6; a wrong kernel, or one in half precision, is a thousandth and more.
 */
const TOLERANCE = 1e-4;
const fixtures = ["mlp", "vit", "resnet", "unet"];
/** In software every kernel is compiled for the processor first. */
const PATIENCE = 240_000;

const environment = vulkanEnvironment();
const why =
  environment === null ? " (skipped: no Vulkan driver, and no chromium with SwiftShader)" : "";

describe.skipIf(environment === null)(`WebGPU${why}`, () => {
  const found = new Map<string, Agreement>();
  beforeAll(async () => {
    const script = join(import.meta.dirname, "../testing/agreement.ts");
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ["--import", "tsx", script, "webgpu", ...fixtures],
      { env: environment!, timeout: PATIENCE },
    );
    for (const line of stdout.trim().split("\n")) {
      const agreement = JSON.parse(line) as Agreement;
      found.set(agreement.fixture, agreement);
    }
  }, PATIENCE);

  test.each(fixtures)("computes every derivative of %s as the CPU does", (fixture) => {
    const { worst, arrays } = found.get(fixture)!;
    expect(arrays).toBeGreaterThan(10);
    expect(worst[1], worst[0]).toBeLessThan(TOLERANCE);
    // Bit for bit the same would say that the CPU computed both.
    expect(worst[1]).toBeGreaterThan(0);
  });

  test("leaves the CPU what it has no kernel for, and says so", () => {
    // Gram matrices are contracted in float64, which WebGPU does not have.
    expect(found.get("vit")!.remarks.join()).toMatch(
      /^Of \d+ operators \d+ ran on the CPU, .*WebGPU.*: .*FusedMatMul \d+/,
    );
    // MaxPool has a kernel, which refuses its indices when it runs.
    expect(found.get("resnet")!.remarks.join()).toMatch(/MaxPool \d+/);
  });
});
