import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { readNpz, writeNpz } from "../../data/npz";
import { analyse } from "./analyse";
import { preview } from "./preview";
import { checkedParameters, type AnalysisSpec } from "./spec";

const vit = (file: string): string =>
  fileURLToPath(new URL(`../../../../fixtures/vit/${file}`, import.meta.url));
const { signal } = new AbortController();

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "experiment-"));
});
afterEach(() => rm(home, { recursive: true, force: true }));

async function withoutTargets(analysis: string): Promise<AnalysisSpec> {
  const path = join(home, "x.npz");
  await writeNpz(path, { x: (await readNpz(vit("data.npz"))).get("input")! });
  return {
    analysis,
    parameters: checkedParameters(analysis, { samples: "2" }),
    model: { path: vit("model.onnx"), weights: null },
    data: { path, options: { fields: "vector:v,scalar:p" } },
  };
}

test.each(["coherence", "landscape"])(
  "%s of data without targets is refused as soon as it is asked what it would cost",
  async (analysis) => {
    await expect(preview(await withoutTargets(analysis), { signal })).rejects.toMatchObject({
      code: "data/no-target",
      message: expect.stringMatching(/x\.npz has no targets\./) as string,
    });
  },
);

test("equivariance runs on data without targets, and leaves the loss out", async () => {
  const spec = await withoutTargets("equivariance");
  const folder = join(home, "run");
  const input = { ...spec, id: "run", folder };
  const record = await analyse(input, { signal, progress: () => undefined });
  expect(Object.keys(record.arrays)).toContain("equivariance_error");
  expect(Object.keys(record.arrays)).not.toContain("relative_loss");
  expect(record.notices.join()).toContain("no targets");
});
