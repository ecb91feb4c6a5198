import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { DataOptions } from "../../../shared/contract";
import { normals, randomFrom } from "../../../shared/random";
import { writeNpz } from "../../data/npz";
import { Builder } from "../../graph/builder";
import { encodeModel } from "../../graph/onnx/encode";
import { analyse } from "./analyse";
import { checkedParameters } from "./spec";

vi.setConfig({ testTimeout: 60_000 });

const task = { signal: new AbortController().signal, progress: () => undefined };
const SIDE = 6;
let home = "";
let data = "";
let model = "";
let runs = 0;

/** Data are 300 + 5u of a u that shrinks by a tenth a step; the network knows u alone, and that it shrinks. */
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "error-notice-"));
  const u = normals(randomFrom(3), 2 * SIDE * SIDE);
  const frames = [0, 1].flatMap((n) =>
    [1, 0.9, 0.81].flatMap((factor) =>
      [...u.slice(n * SIDE * SIDE, (n + 1) * SIDE * SIDE)].map((value) => 300 + 5 * factor * value),
    ),
  );
  data = join(home, "data.npz");
  const shape = [2, 3, 1, SIDE, SIDE];
  await writeNpz(data, { states: { dtype: "float32", shape, data: Float32Array.from(frames) } }, { fields: "scalar:u" }); // prettier-ignore
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [2, 1, SIDE, SIDE] });
  const w = g.input("w", { dtype: "float32", shape: [1] }, "parameter");
  // As a bounded network does: beyond what it was trained on it predicts something else.
  const y = g.mul(g.tanh(g.mul(x, 0.05)), w);
  model = join(home, "model.onnx");
  const bind = new Map([["w", { dtype: "float32" as const, shape: [1], data: Float32Array.of(18) }]]); // prettier-ignore
  await writeFile(model, encodeModel({ inputs: [x, w], outputs: [{ name: "y", value: y }] }, { batch: "batch", bind })); // prettier-ignore
});
afterAll(() => rm(home, { recursive: true, force: true }));

async function notices(
  analysis: string,
  normalise: string,
  options: DataOptions = {},
  path = model,
): Promise<string[]> {
  const given = { executor: "reference", samples: "2", normalise, ...(analysis === "conservation" ? { steps: 2 } : { group: "d4" }) }; // prettier-ignore
  const parameters = checkedParameters(analysis, given);
  const record = await analyse(
    {
      ...{ analysis, parameters, id: "run", folder: join(home, `run-${runs++}`) },
      ...{ model: { path, weights: null }, data: { path: data, options } },
    },
    task,
  );
  return record.notices.filter((notice) => notice.includes("predicting no change"));
}

test.each(["coherence", "equivariance", "conservation"])(
  "%s says that a network without its normalisation errs more than no change, and by how much",
  async (analysis) => {
    const [notice, ...more] = await notices(analysis, "none");
    expect(more).toEqual([]);
    expect(notice).toMatch(
      /^The network errs \d[\d.e+]* times as much as .*--normalise, --history/,
    );
    // 282 off beside a change of half a unit or so.
    expect(Number(/errs (\S+) times/.exec(notice!)![1])).toBeGreaterThan(100);
    expect(await notices(analysis, "300+-5")).toEqual([]);
  },
);

test.each(["coherence", "equivariance"])(
  "%s says it too of a network that looks back and predicts small changes, which adds them to the right state",
  async (analysis) => {
    const g = new Builder();
    const x = g.input("x", { dtype: "float32", shape: [2, 2, SIDE, SIDE] });
    const w = g.input("w", { dtype: "float32", shape: [1] }, "parameter");
    // It shrinks what it is given by a tenth, and is bounded: what is 60 of its units becomes a change of about one.
    const last = g.slice(x, [{ axis: 1, start: 1, end: 2 }]);
    const y = g.mul(g.tanh(g.mul(last, 0.2)), w);
    const changing = join(home, "changing.onnx");
    const bind = new Map([["w", { dtype: "float32" as const, shape: [1], data: Float32Array.of(-0.5) }]]); // prettier-ignore
    await writeFile(changing, encodeModel({ inputs: [x, w], outputs: [{ name: "y", value: y }] }, { batch: "batch", bind })); // prettier-ignore
    const options = { history: 2, predicts: "change" } as const;
    const [notice] = await notices(analysis, "none", options, changing);
    const times = Number(/errs (\S+) times as much/.exec(notice ?? "")?.[1]);
    expect(times).toBeGreaterThan(1);
    expect(times).toBeLessThan(2);
    expect(await notices(analysis, "300+-5", options, changing)).toEqual([]);
  },
);
