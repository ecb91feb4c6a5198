import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { RUN_FORMAT, type RunRecord } from "../../../shared/run";
import { writeRun } from "../runFolder";
import { exportFigure } from "./exportFigure";

let home: string;
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "export-figure-"));
});
afterAll(() => rm(home, { recursive: true }));

test("a checkpoint is refused where a figure shows all of them at once", async () => {
  const file = { path: "/a", size: 1, modified: 0, sha256: null };
  const record: RunRecord = {
    format: RUN_FORMAT,
    id: "run",
    analysis: "evolution",
    started: "2026-01-01T00:00:00.000Z",
    seconds: 1,
    parameters: {},
    model: { ...file, weights: null, parameters: 1 },
    data: { ...file, fields: "", samplesSha256: "", samples: [] },
    device: "cpu",
    executor: "reference",
    versions: {},
    notices: [],
    summary: { elements: [{ name: "e" }] },
    arrays: {},
  };
  const folder = join(home, "run");
  const loss = { dtype: "float64" as const, shape: [1, 3, 1, 2], data: new Float64Array(6) };
  await writeRun(folder, record, { checkpoint_loss: loss });
  const asked = { folder, figure: "", format: "svg", theme: "print", width: 85, study: null } as const; // prettier-ignore
  await expect(exportFigure({ ...asked, view: { checkpoint: 1 } })).rejects.toMatchObject({
    code: "figure/view",
    message: expect.stringMatching(/shows all checkpoints at once/) as string,
  });
  const landscape = { ...record, id: "landscape", analysis: "landscape" };
  await writeRun(join(home, "landscape"), landscape, { checkpoint_loss: loss });
  const path = { ...asked, folder: join(home, "landscape"), figure: "path" };
  await expect(exportFigure({ ...path, view: { checkpoint: 1 } })).rejects.toMatchObject({
    todo: expect.stringMatching(/^Leave it out, or take \w+/) as string,
  });
});
