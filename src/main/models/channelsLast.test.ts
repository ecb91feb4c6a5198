import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fromFloat64, toFloat64, type Tensor } from "../../shared/tensor";
import { smallModel } from "../graph/onnx/testing";
import { createExecutor } from "../runtime/executors";
import { openModel, type Model } from ".";
import { channelsFirst, channelsLast } from "./channelsLast";
import { permuted } from "./permute";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "last-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** x·w + position: every cell of a [y, x, channel] state is told from every other. */
async function network(extents: (number | string)[] = [3, 4, 2]): Promise<Model> {
  const path = join(folder, "net.onnx");
  const cells = Array.from({ length: 24 }, (_, i) => i / 8);
  const bytes = smallModel({
    inputs: { x: ["batch", ...extents] },
    outputs: ["y"],
    initializers: {
      w: fromFloat64("float32", [2, 2], [1, 2, 3, 5]),
      ...(extents[0] === 3 ? { p: fromFloat64("float32", [3, 4, 2], cells) } : {}),
    },
    nodes: [
      { op: "MatMul", inputs: ["x", "w"], outputs: ["m"] },
      { op: "Add", inputs: ["m", extents[0] === 3 ? "p" : "m"], outputs: ["y"] },
    ],
  });
  await writeFile(path, bytes);
  return openModel(path);
}

async function outputOf(model: Model, x: Tensor): Promise<Tensor> {
  const executor = createExecutor("reference");
  try {
    const program = await executor.compile(model.graph(x.shape[0]!), { bind: model.parameters });
    return [...(await program.run(new Map([["x", x]]))).values()][0]!;
  } finally {
    await executor.dispose();
  }
}

test("a network that takes channels last gives on states that have them first what it gives, turned", async () => {
  const model = await network();
  const turned = channelsFirst(model, [2, 3, 4], 1);
  const values = Array.from({ length: 48 }, (_, i) => Math.sin(1 + i * i));
  const x = fromFloat64("float32", [2, 2, 3, 4], values);
  const own = await outputOf(model, permuted(x, [0, 2, 3, 1]));
  const found = await outputOf(turned, x);
  expect(found.shape).toEqual([2, 2, 3, 4]);
  expect(toFloat64(found)).toEqual(toFloat64(permuted(own, [0, 3, 1, 2])));
  expect(turned.info.inputs[0]!.shape).toEqual([null, 2, 3, 4]);
  expect(turned.info.warnings).toEqual([
    expect.stringMatching(/takes its channels last, \[3, 4, 2\]/),
  ]);
});

test("what fits as it is, fits in neither order, or has no channels first is left alone", async () => {
  const model = await network();
  expect(channelsFirst(model, [3, 4, 2], 1)).toBe(model);
  expect(channelsFirst(model, [2, 4, 3], 1)).toBe(model);
  expect(channelsFirst(model, [2, 3, 4], null)).toBe(model);
});

test("with its grid open, the order is told by the number of channels", async () => {
  const { info } = await network(["h", "w", 2]);
  expect(channelsLast(info, [2, 5, 7], 1)).toEqual([5, 7, 2]);
  // As many cells as channels say nothing: taken as they lie.
  expect(channelsLast(info, [2, 5, 2], 1)).toBeNull();
});
