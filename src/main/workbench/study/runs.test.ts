import { appendFile, cp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../shared/errors";
import {
  analyse,
  compute,
  home,
  newStudy,
  newWorkbench,
  onDisk,
  view,
  workbench,
} from "../testBench";

describe("runs", () => {
  test("come of jobs, with every parameter, and are listed by what they were made from", async () => {
    const study = await newStudy();
    const job = await analyse(study);
    expect(job).toMatchObject({ state: "done", fraction: 1, error: null });
    const { runs } = await view(study.path);
    expect(runs).toEqual([
      expect.objectContaining({
        id: job.run,
        title: "Equivariance · model on data",
        model: study.model,
        data: study.data,
        stale: false,
      }),
    ]);
    const record = await workbench.call("run.record", { study: study.path, run: job.run! });
    expect(record.parameters).toMatchObject({ samples: "2", group: "d4", steps: 1 });
  });

  test("of the same files are told apart by their settings, also the one that was there before", async () => {
    const study = await newStudy();
    await analyse(study);
    await analyse(study, { samples: "2", group: "v4" });
    expect((await view(study.path)).runs.map(({ title }) => title)).toEqual([
      "Equivariance · model on data · group d4",
      "Equivariance · model on data · group v4",
    ]);
  });

  test("that compare networks say how many there were beside the first", async () => {
    const study = await newStudy();
    const { run } = await analyse(study);
    const path = join(study.path, "runs", run!, "run.json");
    const record = JSON.parse(await readFile(path, "utf8")) as object;
    const models = Array.from({ length: 7 }, () => ({}));
    await writeFile(path, JSON.stringify({ ...record, analysis: "comparison", summary: { models } })); // prettier-ignore
    const [found] = (await newWorkbench().call("study.open", { path: study.path })).runs;
    expect(found!.title).toBe("Comparison · model and 6 others on data");
  });

  test("are stale once model or data changed, and not when files are merely not here", async () => {
    const study = await newStudy();
    await analyse(study);
    const stale = async (): Promise<boolean> => (await view(study.path)).runs[0]!.stale;
    await rename(join(home, "data.npz"), join(home, "away.npz"));
    expect(await stale()).toBe(false);
    await rename(join(home, "away.npz"), join(home, "data.npz"));
    await appendFile(join(home, "data.npz"), "more");
    expect(await stale()).toBe(true);
    // Accepting the change does not make the old run fresh.
    await workbench.call("study.editData", { study: study.path, entry: study.data, options: {} });
    expect(await stale()).toBe(true);
  });

  test("go to the trash and come back whole", async () => {
    const study = await newStudy();
    const { run } = await analyse(study);
    await workbench.call("study.remove", { study: study.path, entry: run! });
    expect((await view(study.path)).runs).toEqual([]);
    expect(await readdir(join(study.path, "trash"))).toEqual([run]);
    await workbench.call("study.undo", { study: study.path });
    expect((await view(study.path)).runs).toHaveLength(1);
    expect(await readdir(join(study.path, "runs", run!))).toEqual(["arrays.npz", "run.json"]);
  });

  test("that lie in a folder by themselves are copied into a study, once", async () => {
    const made = await newStudy();
    const { run } = await analyse(made);
    const bare = join(home, "bare");
    await cp(join(made.path, "runs", run!), bare, { recursive: true });
    const { path } = await workbench.call("study.create", { path: join(home, "other") });
    const first = await workbench.call("study.addRun", { study: path, folder: bare });
    expect(first.study.runs.map(({ id }) => id)).toEqual([run]);
    expect((await workbench.call("run.record", { study: path, run: run! })).id).toBe(run);
    await workbench.call("study.addRun", { study: path, folder: bare });
    expect((await view(path)).runs).toHaveLength(1);
    // One that was removed keeps its name in the trash; the copy gets another.
    await workbench.call("study.remove", { study: path, entry: run! });
    const again = await workbench.call("study.addRun", { study: path, folder: bare });
    expect(again.run).not.toBe(run);
    expect((await workbench.call("study.undo", { study: path })).runs).toHaveLength(2);
    await expect(
      workbench.call("study.addRun", { study: path, folder: home }),
    ).rejects.toMatchObject({ code: "run/missing" });
  });

  test("of a figure are found in a study, else in the folder that it names, else not", async () => {
    const made = await newStudy();
    const { run } = await analyse(made);
    const bare = join(home, "bare");
    await cp(join(made.path, "runs", run!), bare, { recursive: true });
    const origin = { run: run!, analysis: "equivariance", figure: "by-element" };
    const identify = (from: { study: string | null; folder: string | null }): Promise<unknown> => {
      compute.figure = { ...origin, ...from };
      return workbench.call("figure.identify", { name: "figure.svg", bytes: new Uint8Array() });
    };
    const named = { study: null, folder: bare };
    expect(await identify(named)).toMatchObject({ study: made.path, folder: null });
    await rm(made.path, { recursive: true });
    await workbench.call("recent.forget", { path: made.path });
    expect(await identify(named)).toMatchObject({ study: null, folder: bare, recorded: bare });
    await rm(bare, { recursive: true });
    expect(await identify(named)).toMatchObject({ study: null, folder: null, recorded: bare });
    compute.figure = null;
    expect(
      await workbench.call("figure.identify", { name: "x.svg", bytes: new Uint8Array() }),
    ).toBeNull();
  });

  test("cannot be named by a path", async () => {
    const study = await newStudy();
    for (const run of ["../one", "..", "a/b", "/etc", ""]) {
      await expect(workbench.call("run.record", { study: study.path, run })).rejects.toMatchObject({
        code: "run/id",
      });
    }
  });
});

describe("jobs", () => {
  test("refuse wrong parameters before they begin", async () => {
    const { path, model, data } = await newStudy();
    const start = (parameters: Record<string, unknown>, analysis = "coherence"): Promise<unknown> =>
      workbench.call("analysis.start", {
        study: path,
        request: { analysis, model, data, parameters },
      });
    await expect(start({ ridge: "much" })).rejects.toMatchObject({ code: "params/invalid" });
    await expect(start({ rigde: 1 })).rejects.toMatchObject({ code: "params/unknown" });
    await expect(start({}, "astrology")).rejects.toMatchObject({ code: "analysis/unknown" });
    expect(await workbench.call("jobs.list", {})).toEqual([]);
    expect(JSON.parse(await onDisk(path))).toMatchObject({ requests: [] });
  });

  // Once in three is enough where a clock is asked: the machine may be busy with something else.
  test("that fail or are cancelled leave the study as it was", { retry: 2 }, async () => {
    const study = await newStudy();
    const before = await onDisk(study.path);
    compute.behave = () => Promise.reject(new UserError("model/inputs", "Two inputs."));
    expect(await analyse(study)).toMatchObject({
      state: "failed",
      error: { code: "model/inputs" },
    });
    expect(await onDisk(study.path)).toBe(before);

    compute.behave = ({ signal }) =>
      new Promise((_resolve, reject) =>
        signal!.addEventListener("abort", () => reject(signal!.reason as Error)),
      );
    const ended = analyse(study);
    await expect.poll(() => workbench.busy).toBe(true);
    const [, running] = await workbench.call("jobs.list", {});
    const start = performance.now();
    await workbench.call("jobs.cancel", { job: running!.id });
    expect(performance.now() - start).toBeLessThan(500);
    expect(await ended).toMatchObject({ state: "cancelled", run: null });
    expect(await onDisk(study.path)).toBe(before);
  });

  test("go on when the study is closed, which is let go of afterwards", async () => {
    const study = await newStudy();
    let finish = (): void => undefined;
    compute.behave = () =>
      new Promise((_resolve, reject) => (finish = () => reject(new UserError("test/no", "No."))));
    const ended = analyse(study);
    await expect.poll(() => workbench.busy).toBe(true);
    await workbench.call("study.close", { study: study.path });
    const other = newWorkbench();
    expect((await other.call("study.open", { path: study.path })).readOnly).not.toBeNull();
    await other.call("study.close", { study: study.path });
    finish();
    await ended;
    await expect
      .poll(async () => {
        const seen = (await other.call("study.open", { path: study.path })).readOnly;
        await other.call("study.close", { study: study.path });
        return seen;
      })
      .toBeNull();
  });
});
