import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { fromFloat64, type Tensor } from "../../shared/tensor";
import { smallModel, type SmallNode } from "../graph/onnx/testing";
import { openModel } from ".";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "circular-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const ints = (...values: number[]): Tensor => fromFloat64("int64", [values.length], values);

interface Padding {
  readonly version?: string;
  readonly producer?: string;
  /** Of the slice put before. */
  readonly bounds?: readonly [number, number];
  readonly whole?: string;
  readonly as?: "constants" | "initializers" | "attributes";
}

/** x wrapped by a cell on each side of its last axis, the bounds of slices kept as exporters do. */
async function noticesOn({
  version = "1.13.1",
  producer = "pytorch",
  bounds: [from, to] = [-2, -1],
  whole = "x",
  as = "constants",
}: Padding): Promise<readonly string[]> {
  const nodes: SmallNode[] = [];
  const initializers: Record<string, Tensor> = {};
  const slice = (name: string, start: number, end: number): void => {
    const values = { starts: start, ends: end, axes: 2 };
    if (as === "attributes") {
      const attributes = { starts: [start], ends: [end], axes: [2] };
      nodes.push({ op: "Slice", inputs: ["x"], outputs: [name], attributes });
      return;
    }
    const names = Object.entries(values).map(([what, value]) => {
      const own = `${name}_${what}`;
      if (as === "initializers") initializers[own] = ints(value);
      else {
        const attributes = { value: { tensor: ints(value) } };
        nodes.push({ op: "Constant", inputs: [], outputs: [own], attributes });
      }
      return own;
    });
    nodes.push({ op: "Slice", inputs: ["x", ...names], outputs: [name] });
  };
  slice("before", from, to);
  slice("after", 0, 1);
  nodes.push(
    { op: "Neg", inputs: ["x"], outputs: ["other"] },
    {
      op: "Concat",
      name: "/0/Concat",
      inputs: ["before", whole, "after"],
      outputs: ["y"],
      attributes: { axis: 2 },
    },
  );
  const path = join(folder, "net.onnx");
  const bytes = smallModel({
    opset: as === "attributes" ? 9 : 17,
    producer,
    producerVersion: version,
    inputs: { x: ["batch", 1, 6] },
    outputs: ["y"],
    initializers,
    nodes,
  });
  await writeFile(path, bytes);
  return (await openModel(path)).info.warnings;
}

test.each(["constants", "initializers", "attributes"] as const)(
  "circular padding of PyTorch 1.13 is said to be another function, its bounds as %s",
  async (as) => {
    expect(await noticesOn({ as })).toEqual([
      expect.stringMatching(
        /^PyTorch 1\.13\.1 writes circular padding wrongly.*\/0\/Concat.*noetherscope_export\.py, or with PyTorch 2\.$/,
      ),
    ]);
  },
);

test("padding that is right, of another program, or of nothing alike is not spoken of", async () => {
  expect(await noticesOn({ bounds: [-1, 2 ** 31] })).toEqual([]);
  expect(await noticesOn({ version: "2.6.0" })).toEqual([]);
  expect(await noticesOn({ producer: "tf2onnx" })).toEqual([]);
  expect(await noticesOn({ whole: "other" })).toEqual([]);
});
