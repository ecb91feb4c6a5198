import { expect, test } from "vitest";
import { devices } from "./devices";

test("a device is ready once it computes a known network as the reference does", async () => {
  const found = await devices({ measure: true }, { signal: new AbortController().signal });
  expect(found.map(({ executor, ready, reason }) => [executor, ready, reason])).toEqual([
    ["onnxruntime", true, null],
    ["reference", true, null],
  ]);
  const [fast, exact] = found;
  // Float32 rounding: none at all would say that nothing was compared.
  expect(fast!.deviation).toBeGreaterThan(0);
  expect(fast!.deviation).toBeLessThan(2e-6);
  expect(exact!.deviation).toBeNull();
  expect(found.every(({ gflops }) => gflops! > 0)).toBe(true);
});

test("without measuring, the speed stays unknown", async () => {
  const found = await devices({ measure: false }, { signal: new AbortController().signal });
  expect(found.map(({ gflops }) => gflops)).toEqual([null, null]);
});
