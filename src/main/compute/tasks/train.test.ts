import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, renameSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { isAbort } from "../../../shared/errors";
import { normals, randomFrom } from "../../../shared/random";
import type { Tensor } from "../../../shared/tensor";
import { parseParameters } from "../../../shared/parameters";
import { trainingParameters } from "../../../shared/training/parameters";
import type { TrainingRecord, TrainingReport } from "../../../shared/training/training";
import { readNpz, writeNpz } from "../../data/npz";
import { Builder } from "../../graph/builder";
import { encodeModel } from "../../graph/onnx/encode";
import { openModel } from "../../models";
import { readSafetensors } from "../../models/safetensors";
import { partialFolder, readTraining, removePartial, trainingFolder } from "../../training/folder";
import { train, type TrainInput } from "./train";
import { trainPreview } from "./trainPreview";

// Every training flushes files to the disk, which others may be busy with.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 90_000 });

let study: string;
let data: string;
let model: string;

const SIDE = 8;

/** Trajectories of a field that a convolution moves on: a law that a single layer can learn exactly. */
function trajectories(count: number, times: number, seed: number): Tensor {
  const size = SIDE * SIDE;
  const out = new Float32Array(count * times * size);
  for (let n = 0; n < count; n++) {
    let state = normals(randomFrom(seed, n), size);
    for (let t = 0; t < times; t++) {
      out.set(state, (n * times + t) * size);
      const before = state;
      state = before.map((u, i) => {
        const [y, x] = [Math.floor(i / SIDE), i % SIDE];
        const at = (dy: number, dx: number): number =>
          before[((y + dy + SIDE) % SIDE) * SIDE + ((x + dx + SIDE) % SIDE)]!;
        return u + 0.1 * (at(1, 0) + at(-1, 0) + at(0, 1) + at(0, -1) - 4 * u);
      });
    }
  }
  return { dtype: "float32", shape: [count, times, 1, SIDE, SIDE], data: out };
}

/** A periodic 3 × 3 convolution with a bias, and an exponential that large weights overflow. */
function network(overflows: boolean): Uint8Array {
  const g = new Builder();
  const x = g.input("x", { dtype: "float32", shape: [2, 1, SIDE, SIDE] });
  const w = g.input("layer.weight", { dtype: "float32", shape: [1, 1, 3, 3] }, "parameter");
  const b = g.input("layer.bias", { dtype: "float32", shape: [1] }, "parameter");
  const wide = g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" });
  const y = g.add(g.conv(wide, w), g.reshape(b, [1, 1, 1]));
  const out = overflows ? g.exp(g.mul(y, y)) : y;
  const weights = Float32Array.from(normals(randomFrom(3), 9), (v) => 0.1 * v);
  return encodeModel(
    { inputs: [x, w, b], outputs: [{ name: "y", value: out }] },
    {
      batch: "batch",
      bind: new Map<string, Tensor>([
        ["layer.weight", { dtype: "float32", shape: [1, 1, 3, 3], data: weights }],
        ["layer.bias", { dtype: "float32", shape: [1], data: new Float32Array(1) }],
      ]),
    },
  );
}

beforeAll(async () => {
  study = await mkdtemp(join(tmpdir(), "train-"));
  data = join(study, "waves.npz");
  await writeNpz(data, { states: trajectories(6, 6, 1) }, { fields: "scalar:u" });
  model = join(study, "net.onnx");
  await writeFile(model, network(false));
});
afterAll(() => rm(study, { recursive: true }));

const target = { executor: "onnxruntime", device: "cpu", fallback: false } as const;
const settings = { epochs: 4, batch: 4, augment: "d4", average: 0.9, rollout: 2, rate: 0.02 }; // prettier-ignore

function input(id: string, change: Record<string, unknown> = {}): TrainInput {
  const parameters = parseParameters(trainingParameters, { ...settings, ...change });
  const begin = {
    name: id,
    subject: { kind: "file" as const, path: model, weights: null },
    data: { path: data, options: { axes: "n,t,c,y,x" } },
    parameters,
    notices: [],
  };
  return { study, id, begin, changed: {}, target, data: null };
}

const onward = (id: string): TrainInput => ({ ...input(id), begin: null });

/** Runs; aborts after so many reports. */
async function run(given: TrainInput, reports = Infinity): Promise<TrainingRecord | "stopped"> {
  const abort = new AbortController();
  let seen = 0;
  const progress = ({ training }: { training?: TrainingReport }): void => {
    if (training !== undefined && ++seen >= reports) abort.abort();
  };
  try {
    return await train(given, { signal: abort.signal, progress });
  } catch (error) {
    if (isAbort(error)) return "stopped";
    throw error;
  }
}

/** Largest file that this process may write from now on, in bytes: a limit that, unlike a disk, every machine has. */
function limitFiles(most: string): void {
  execFileSync("prlimit", ["--pid", String(process.pid), `--fsize=${most}:`]);
}

const canLimit = spawnSync("prlimit", ["--pid", String(process.pid), "--fsize=unlimited:"]).status === 0; // prettier-ignore

const folderOf = (id: string): string => trainingFolder(study, id);

async function sha(...path: string[]): Promise<string> {
  return createHash("sha256")
    .update(await readFile(join(...path)))
    .digest("hex");
}

describe("a training", () => {
  test("learns a law that its network can have, and beats predicting no change", async () => {
    const record = (await run(
      input("learns", {
        epochs: 60,
        rate: 0.05,
        rollout: 1,
        average: 0,
        augment: "trivial",
        checkpoints: "99",
      }),
    )) as TrainingRecord;
    const [seed] = record.seeds;
    expect(seed).toMatchObject({ status: "done", epoch: 60, step: 60 * record.stepsPerEpoch });
    expect(seed!.identityError).toBeGreaterThan(0.1);
    expect(seed!.relativeError).toBeLessThan(0.02 * seed!.identityError!);
    const { "layer.weight": weight } = Object.fromEntries(
      await readSafetensors(join(folderOf("learns"), "final.safetensors")),
    );
    [0, 0.1, 0, 0.1, 0.6, 0.1, 0, 0.1, 0].forEach((value, i) =>
      expect(weight!.data[i]).toBeCloseTo(value, 2),
    );
  });

  test("keeps weights by plan, each of which opens with the network, and curves that NumPy reads", async () => {
    const record = (await run(
      input("kept", { seeds: "3,4", checkpoints: "0,2" }),
    )) as TrainingRecord;
    expect(record.seeds.map(({ seed, checkpoints }) => [seed, checkpoints])).toEqual([
      [3, [0, 2, 4]],
      [4, [0, 2, 4]],
    ]);
    const own = join(folderOf("kept"), "seed-4");
    const names = (await readdir(own)).filter((name) => name.startsWith("epoch-"));
    expect(names).toEqual(["epoch-0000.safetensors", "epoch-0002.safetensors", "epoch-0004.safetensors"]); // prettier-ignore
    for (const name of [...names, "best.safetensors", "final.safetensors"]) {
      const opened = await openModel(join(folderOf("kept"), "model.onnx"), { weights: join(own, name) }); // prettier-ignore
      expect([...opened.parameters.keys()]).toEqual(["layer.weight", "layer.bias"]);
    }
    expect(await sha(own, "epoch-0004.safetensors")).toBe(await sha(own, "final.safetensors"));
    expect(await sha(own, "final.safetensors")).not.toBe(
      await sha(folderOf("kept"), "seed-3", "final.safetensors"),
    );
    const curves = await readNpz(join(own, "curves.npz"));
    expect([...curves.get("epoch")!.data]).toEqual([0, 1, 2, 3, 4]);
    expect(curves.get("validation_loss")!.data[4]).toBe(record.seeds[1]!.validationLoss);
    expect(curves.get("step")!.data).toHaveLength(record.totalSteps);
  });

  test("ends early where the validation loss does not fall, and says so", async () => {
    const record = (await run(
      input("early", { rate: 0, epochs: 50, patience: 2, average: 0, checkpoints: "99" }),
    )) as TrainingRecord;
    expect(record.seeds[0]).toMatchObject({ status: "done", epoch: 2, best: { epoch: 0 } });
    expect(record.seeds[0]!.reason).toContain("not fallen since epoch 0");
  });

  test("starts where its parameters do not fit with nothing on the disk", async () => {
    await expect(run(input("unfit", { augment: "d4", rollout: 9 }))).rejects.toMatchObject({
      code: "training/data",
    });
    expect((await readdir(join(study, "checkpoints"))).some((name) => name.includes("unfit"))).toBe(
      false,
    );
  });
});

describe("a training that is stopped", () => {
  const whole = "whole";
  beforeAll(async () => {
    await run(input(whole));
  });

  test.each([
    [1, 30],
    [4, 30],
    [7, 0],
  ])("after step %d goes on to the same bytes, saving every %d s", async (steps, every) => {
    const parts = `parts-${steps}`;
    expect(await run(input(parts, { "save-every": every }), steps)).toBe("stopped");
    const before = await readTraining(folderOf(parts));
    expect(before.seeds[0]!.status).toBe("unfinished");
    expect(before.seeds[0]!.step).toBeGreaterThanOrEqual(steps);
    await run(onward(parts), 2);
    const record = (await run(onward(parts))) as TrainingRecord;
    expect(record.seeds[0]).toMatchObject({ status: "done", step: record.totalSteps });
    for (const name of ["final.safetensors", "best.safetensors", "epoch-0002.safetensors"]) {
      expect(await sha(folderOf(parts), name)).toBe(await sha(folderOf(whole), name));
    }
    const [a, b] = [await readNpz(join(folderOf(parts), "curves.npz")), await readNpz(join(folderOf(whole), "curves.npz"))]; // prettier-ignore
    for (const name of ["train_loss", "validation_loss", "step_loss", "step_rate"]) {
      expect(a.get(name)!.data).toEqual(b.get(name)!.data);
    }
  });

  test("goes on from an older state of the disk: what came after comes again", async () => {
    await run(input("older"), 3);
    const kept = join(study, "older-copy");
    await cp(folderOf("older"), kept, { recursive: true });
    const wanted = (await run(onward("older"))) as TrainingRecord;
    const ends = await sha(folderOf("older"), "final.safetensors");
    // As a crash leaves it: checkpoints and curves of later, the state and its record of before.
    for (const name of ["state.safetensors", "training.json"]) {
      await cp(join(kept, name), join(folderOf("older"), name));
    }
    const again = (await run(onward("older"))) as TrainingRecord;
    expect(await sha(folderOf("older"), "final.safetensors")).toBe(ends);
    expect(again.seeds[0]!.best).toEqual(wanted.seeds[0]!.best);
  });

  test("moved while it runs, says how far it is kept, and goes on to the same bytes where it lies now", async () => {
    const [from, to] = [join(study, "from"), join(study, "to")];
    await mkdir(from);
    const given = { ...input("moved", { "save-every": 0 }), study: from };
    let seen = 0;
    const progress = ({ training }: { training?: TrainingReport }): void => {
      if (training !== undefined && ++seen === 3) renameSync(from, to);
    };
    await expect(
      train(given, { signal: new AbortController().signal, progress }),
    ).rejects.toMatchObject({
      code: "file/enoent",
      message: expect.stringMatching(/[^.]; the training is kept as of step 2\.$/) as string,
      todo: expect.stringContaining("Then it can go on") as string,
    });
    await run({ ...onward("moved"), study: to });
    const moved = trainingFolder(to, "moved");
    expect(await sha(moved, "final.safetensors")).toBe(await sha(folderOf(whole), "final.safetensors")); // prettier-ignore
    await expect(readdir(from)).rejects.toThrow("ENOENT");
  });

  // What a full disk does to a file that is being written: the system takes a part of it and then no more.
  test.skipIf(!canLimit)(
    "by a disk that takes no more keeps the last good checkpoint, says so in a sentence, and goes on to the same bytes",
    async () => {
      for (const [id, most] of [
        ["full-at-once", 0],
        ["full-for-states", 700],
      ] as const) {
        const given = input(id, { "save-every": 0 });
        let seen = 0;
        const progress = ({ training }: { training?: TrainingReport }): void => {
          if (training !== undefined && ++seen === 7) limitFiles(String(most));
        };
        const failure = await train(given, { signal: new AbortController().signal, progress })
        .then(() => null, (error: Error & { code?: string; todo?: string }) => error)
        .finally(() => limitFiles("unlimited")); // prettier-ignore
        expect(failure).toMatchObject({ code: "file/efbig" });
        expect(failure!.message).toMatch(
          /^Cannot write \S+: [^.]+; the training is kept as of step 6\.$/,
        );
        const names = await readdir(folderOf(id));
        expect(names.filter((name) => name.startsWith("."))).toEqual([]);
        const weights = names.filter((name) => name.endsWith(".safetensors"));
        for (const name of weights) expect((await readSafetensors(join(folderOf(id), name))).size).toBeGreaterThan(0); // prettier-ignore
        expect((await readTraining(folderOf(id))).seeds[0]).toMatchObject({ status: "unfinished", step: 6 }); // prettier-ignore
        await run(onward(id));
        for (const name of ["final.safetensors", "best.safetensors", "epoch-0002.safetensors"]) {
          expect(await sha(folderOf(id), name)).toBe(await sha(folderOf(whole), name));
        }
      }
    },
  );

  test.each([
    ["before", () => true],
    ["while", (study: string) => existsSync(partialFolder(study, "begun"))],
  ])(
    "whose study is moved %s it begins is none, and makes no folder where that was",
    async (when, isTime) => {
      const [from, to] = [join(study, `${when}-from`), join(study, `${when}-to`)];
      await mkdir(from);
      const watch = setInterval(() => {
        if (!isTime(from)) return;
        clearInterval(watch);
        renameSync(from, to);
      });
      const context = { signal: new AbortController().signal, progress: () => undefined };
      if (when === "before") await expect.poll(() => existsSync(to)).toBe(true);
      await expect(train({ ...input("begun"), study: from }, context)).rejects.toMatchObject({
        code: "training/study-gone",
        message: `The study ${from} was moved, renamed or deleted while begun began, so nothing of the training is kept.`,
      });
      expect(existsSync(from)).toBe(false);
      await removePartial(to);
      expect(await readdir(join(to, "checkpoints")).catch(() => [])).toEqual([]);
    },
  );

  test("does not go on with other data, another network or another’s state, nor when it has ended", async () => {
    await run(input("guarded"), 2);
    const other = join(study, "other.npz");
    await writeNpz(other, { states: trajectories(6, 6, 2) }, { fields: "scalar:u" });
    const refused = (given: TrainInput, code: string): Promise<void> =>
      expect(run(given)).rejects.toMatchObject({ code });
    await refused({ ...onward("guarded"), data: other }, "training/other-data");
    const state = join(folderOf("guarded"), "state.safetensors");
    const bytes = await readFile(state);
    await cp(join(folderOf("kept"), "seed-3", "state.safetensors"), state);
    await refused(onward("guarded"), "training/state");
    await rm(state);
    await refused(onward("guarded"), "training/state");
    await writeFile(state, bytes);
    const net = join(folderOf("guarded"), "model.onnx");
    const own = await readFile(net);
    await writeFile(net, network(true));
    await refused(onward("guarded"), "training/other-model");
    await writeFile(net, own);
    await run(onward("guarded"));
    await refused(onward("guarded"), "training/ended");
  });
});

describe("a training that diverges", () => {
  test("says the step and the layer, and keeps the last good weights", async () => {
    const unstable = join(study, "unstable.onnx");
    await writeFile(unstable, network(true));
    const given = input("diverges", { optimiser: "sgd", rate: 1000, schedule: "constant", rollout: 1, average: 0 }); // prettier-ignore
    const begin = {
      ...given.begin!,
      subject: { kind: "file" as const, path: unstable, weights: null },
    };
    const failure = await run({ ...given, begin }).then(
      () => null,
      (error: Error & { code?: string }) => error,
    );
    expect(failure).toMatchObject({ code: "training/diverged" });
    expect(failure!.message).toMatch(/In step \d+ \(epoch 1\) the layer .*\(Exp, after layer\.weight\) was no finite number any more; the weights of step \d+ are kept\./); // prettier-ignore
    const record = await readTraining(folderOf("diverges"));
    expect(record.seeds[0]).toMatchObject({ status: "diverged" });
    const weights = await readSafetensors(join(folderOf("diverges"), "final.safetensors"));
    for (const { data: values } of weights.values()) {
      expect([...(values as Float32Array)].every(Number.isFinite)).toBe(true);
    }
  });
});

test("a preview counts what the training then does, and writes nothing", async () => {
  const { begin } = input("previewed", { seeds: "0,1" });
  const before = await readdir(join(study, "checkpoints"));
  const preview = await trainPreview(
    { subject: begin!.subject, data: begin!.data, parameters: begin!.parameters, target },
    { signal: new AbortController().signal, progress: () => undefined },
  );
  const record = await readTraining(folderOf("kept"));
  expect(preview).toMatchObject({
    samples: record.samples,
    validationSamples: record.validationSamples,
    stepsPerEpoch: record.stepsPerEpoch,
    totalSteps: record.totalSteps,
    parameterCount: 10,
    seeds: 2,
  });
  expect(preview.seconds).toBeGreaterThan(0);
  expect(await readdir(join(study, "checkpoints"))).toEqual(before);
});
