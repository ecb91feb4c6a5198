/** Figures of a training: the same five formats, and the way back, as those of a run. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { toFloat64 } from "../../../shared/tensor";
import { TRAINING_FORMAT, type TrainingRecord } from "../../../shared/training/training";
import { identifyFigure } from "../../figures/identify";
import { Curves } from "../../training/curves";
import { memberFiles } from "../../training/member";
import { exportFigure, type FigureTask } from "./exportFigure";
import { readTrainingRun } from "./trainingRun";

const seed = (number: number, status: TrainingRecord["seeds"][number]["status"]) => ({
  ...{ seed: number, folder: `seed-${number}`, status, reason: null, step: 6, epoch: 2 },
  ...{ identityError: 0.5, trainLoss: 1, validationLoss: 2, relativeError: 0.25, best: null },
  ...{ seconds: 3, checkpoints: [0, 1, 2] },
});
const record: TrainingRecord = {
  ...{ format: TRAINING_FORMAT, id: "unet-on-waves-1", name: "unet on waves" },
  started: "2026-01-02T03:04:05.000Z",
  parameters: { epochs: 4 },
  model: { sha256: "a".repeat(64), architecture: null, parameters: 12 },
  data: {
    ...{ path: "data/waves.npz", size: 10, sha256: "b".repeat(64) },
    ...{ samplesSha256: "c".repeat(64), options: {}, fields: "scalar:u" },
  },
  ...{ validationTrajectories: [3], samples: 6, validationSamples: 2, batch: 2 },
  ...{ stepsPerEpoch: 3, totalSteps: 12 },
  seeds: [seed(0, "unfinished"), seed(7, "unfinished"), seed(8, "waiting")],
  ...{ device: "cpu", executor: "onnxruntime-node", versions: {}, notices: [] },
};

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "noetherscope-training-run-"));
  await writeFile(join(folder, "training.json"), JSON.stringify(record));
  for (const [number, epochs] of [
    [0, 2],
    [7, 1],
  ] as const) {
    const own = join(folder, `seed-${number}`);
    await mkdir(own);
    const curves = new Curves(record.totalSteps);
    for (let epoch = 0; epoch <= epochs; epoch++) {
      curves.noteEpoch({
        ...{ epoch, epoch_step: 3 * epoch, train_loss: epoch === 0 ? NaN : 1 / epoch },
        ...{ validation_loss: 2 / (epoch + 1), relative_error: 0.5 / (epoch + 1) },
        ...{ epoch_gradient_norm: 1, samples_per_second: 100, seconds: epoch },
      });
    }
    for (let step = 1; step <= 3 * epochs; step++) {
      curves.noteStep({ step, step_loss: 1 / step, step_gradient_norm: 1, step_rate: 0.1 });
    }
    await curves.write(join(own, memberFiles.curves));
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const draw = (figure: string, format: FigureTask["format"], study: string | null = null) =>
  exportFigure({ folder, study, figure, format, theme: "print", view: {}, width: 85 });

describe("a training as a run", () => {
  test("has its curves a row a seed, what a seed has not come to as no number", async () => {
    const { arrays } = await readTrainingRun(folder);
    expect([...toFloat64(arrays["seed"]!)]).toEqual([0, 7]);
    expect(arrays["epoch"]!.shape).toEqual([2, 3]);
    expect([...toFloat64(arrays["epoch"]!)]).toEqual([0, 1, 2, 0, 1, NaN]);
    expect(arrays["step_loss"]!.shape).toEqual([2, 6]);
  });

  test.each(["svg", "pdf", "png", "csv", "npz"] as const)(
    "leaves as %s, which says what it came from",
    async (format) => {
      const bytes = await draw("loss", format, "/studies/waves");
      expect(await identifyFigure(bytes, `figure.${format}`)).toMatchObject({
        ...{ analysis: "training", run: record.id, figure: "loss", study: "/studies/waves" },
        data: { name: "waves.npz", fields: "scalar:u" },
      });
    },
  );

  test("without a name is its loss, and its numbers are those of the curves", async () => {
    const text = Buffer.from(await draw("", "csv")).toString("utf8");
    expect(text).toContain("\n7,validation,1,1\n");
    // No row stands for what a seed has not come to.
    expect(text).not.toMatch(/NaN|\n7,validation,2/);
    expect(Buffer.from(await draw("error", "csv")).toString("utf8")).toContain(
      "predicting no change,4,0.5",
    );
  });

  test("has no other figures than it has", async () => {
    await expect(draw("plane", "svg")).rejects.toMatchObject({
      code: "figure/unknown",
      todo: "There are loss, error, gradient.",
    });
  });
});
