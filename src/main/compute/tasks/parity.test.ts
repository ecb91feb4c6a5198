import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { fromFloat64, sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import { readNpz, writeNpz } from "../../data/npz";
import { encodeSafetensors } from "../../models/safetensors";
import { smallModel } from "../../graph/onnx/testing";
import { checkedParameters } from "./spec";
import { analyse } from "./analyse";
import { inspectModel } from "./inspectModel";

const fixtures = join(import.meta.dirname, "../../../../fixtures");

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parity-"));
  path = join(folder, "net.onnx");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const example = (arrays: Record<string, Tensor>): Promise<void> =>
  writeNpz(join(folder, "net.example.npz"), new Map(Object.entries(arrays)));
const field = (size: readonly number[]): Tensor =>
  fromFloat64(
    "float32",
    size,
    Array.from({ length: sizeOf(size) }, (_, i) => Math.sin(1 + 12.9898 * i)),
  );

/**
 * A convolution of a ring of six cells whose padding is written as slices: `from` is where the cells put before the
 * first begin. −1 is right; −2 is what PyTorch 1.13 writes.
 */
async function ring(from: number, batch: number | string = "batch"): Promise<void> {
  const node = (op: string, inputs: string, output: string, attributes = {}) => ({
    op,
    inputs: inputs.split(" "),
    outputs: [output],
    attributes,
  });
  const ints = (n: number): Tensor => fromFloat64("int64", [1], [n]);
  const bytes = smallModel({
    inputs: { x: [batch, 1, 6] },
    outputs: ["y"],
    initializers: {
      start: ints(from),
      end: ints(from === -1 ? 2 ** 63 : -1),
      zero: ints(0),
      one: ints(1),
      axis: ints(2),
      w: fromFloat64("float32", [1, 1, 3], [1, -3, 2]),
    },
    nodes: [
      node("Slice", "x start end axis", "before"),
      node("Slice", "x zero one axis", "after"),
      node("Concat", "before x after", "padded", { axis: 2 }),
      node("Conv", "padded w", "y", { kernel_shape: [3] }),
    ],
  });
  await writeFile(path, bytes);
}

/** What `ring(-1)` is to give: x₋₁ − 3 x₀ + 2 x₁. */
function ringOutput(x: Tensor): Tensor {
  const values = toFloat64(x);
  const at = (i: number, by: number): number => values[i - (i % 6) + ((i + by + 6) % 6)]!;
  return fromFloat64(
    "float32",
    x.shape,
    Array.from(values, (value, i) => at(i, -1) - 3 * value + 2 * at(i, 1)),
  );
}

describe("a model with an example batch beside it", () => {
  const x = field([7, 1, 6]);

  test("agrees within float32 rounding where its file is right", async () => {
    await ring(-1);
    await example({ x, output: ringOutput(x) });
    const { parity, warnings } = await inspectModel({ path, weights: null });
    expect(parity).toMatchObject({ file: "net.example.npz", samples: 4 });
    expect(parity!.deviation).toBeLessThan(1e-6);
    expect(warnings).toEqual([]);
  });

  test("is called wrong where its padding is a cell off", async () => {
    await ring(-2);
    await example({ x, output: ringOutput(x) });
    const { parity, warnings } = await inspectModel({ path, weights: null });
    expect(parity!.deviation).toBeGreaterThan(0.05);
    expect(warnings).toEqual([
      expect.stringMatching(/another output than PyTorch.*deviation 0\.\d+\): the export is wrong/),
    ]);
  });

  test("is run at its own batch where that is fixed", async () => {
    await ring(-1, 7);
    await example({ x, output: ringOutput(x) });
    const { parity } = await inspectModel({ path, weights: null });
    expect(parity!.deviation).toBeLessThan(1e-6);
  });

  test("is wrong, without a number, where the outputs have other shapes or are NaN", async () => {
    await ring(-1);
    const nan = fromFloat64("float32", [7, 1, 6], new Array<number>(42).fill(NaN));
    for (const output of [field([7, 1, 5]), nan]) {
      await example({ x, output });
      const { parity, warnings } = await inspectModel({ path, weights: null });
      expect(parity!.deviation).toBeNull();
      expect(warnings[0]).toContain("NaN or another shape");
    }
  });

  test("says why where the batch does not fit it, or is damaged", async () => {
    await ring(-1);
    await example({ x: field([7, 2, 6]), output: field([7, 1, 6]) });
    const { warnings } = await inspectModel({ path, weights: null });
    expect(warnings).toEqual([expect.stringMatching(/could not be compared.*\[4, 2, 6\]/)]);
    await writeFile(join(folder, "net.example.npz"), "nothing of the kind");
    expect((await inspectModel({ path, weights: null })).warnings).toHaveLength(1);
  });

  test("is not compared with other weights", async () => {
    await ring(-2);
    await example({ x, output: ringOutput(x) });
    const weights = join(folder, "net.safetensors");
    const w = fromFloat64("float32", [1, 1, 3], [0, 1, 0]);
    await writeFile(weights, encodeSafetensors(new Map([["w", w]])));
    expect(await inspectModel({ path, weights })).toMatchObject({ parity: null, warnings: [] });
  });
});

test("a file that is no example of the exporter's is left alone", async () => {
  await ring(-1);
  expect(await inspectModel({ path, weights: null })).toMatchObject({ parity: null, warnings: [] });
  await example({ x: field([3, 1, 6]), y: field([3, 1, 6]) });
  expect(await inspectModel({ path, weights: null })).toMatchObject({ parity: null, warnings: [] });
});

/** A network of PyTorch's exporter, and what PyTorch computed. */
async function exported(name: string): Promise<{ x: Tensor; output: Tensor }> {
  await copyFile(join(fixtures, name, "model.onnx"), path);
  const arrays = await readNpz(join(fixtures, name, "data.npz"), ["input", "output"]);
  return { x: arrays.get("input")!, output: arrays.get("output")! };
}

test.each(["mlp", "resnet", "unet", "vit"])("PyTorch's %s agrees with PyTorch", async (name) => {
  const { x, output } = await exported(name);
  await example({ x, output });
  const { parity } = await inspectModel({ path, weights: null });
  expect(parity!.deviation).toBeLessThan(1e-5);
});

test("a run of a model that computes otherwise carries the warning", async () => {
  const { x, output } = await exported("mlp");
  const wrong = toFloat64(output).map((value, i) => (i === 0 ? value + 1 : value));
  await example({ x, output: fromFloat64("float32", output.shape, wrong) });
  const record = await analyse(
    {
      id: "run",
      folder: join(folder, "run"),
      analysis: "coherence",
      parameters: checkedParameters("coherence", { group: "trivial", samples: "4" }),
      model: { path, weights: null },
      data: { path: join(fixtures, "mlp", "data.npz"), options: {} },
    },
    { signal: new AbortController().signal, progress: () => undefined },
  );
  expect(record.notices).toContainEqual(expect.stringContaining("the export is wrong"));
});
