import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DataInfo, Job, ModelInfo, Study } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import { RUN_FORMAT, type RunRecord } from "../../shared/run";
import type { CallOptions, Compute, TaskInput } from "../compute/compute";
import { writeRun } from "../compute/runFolder";
import { identify } from "../data/identity";
import { Workbench } from "./workbench";

const dataInfo: DataInfo = {
  path: "",
  layout: "npz",
  shape: [1, 4, 2, 8, 8],
  axes: ["trajectory", "time", "channel", "y", "x"],
  dtype: "float32",
  channels: [],
  fields: "vector:v",
  samples: 3,
  arrays: [],
  dt: null,
  spacing: null,
  boundary: null,
  coordinates: null,
  statistics: [],
  warnings: [],
};
const modelInfo: ModelInfo = {
  path: "",
  inputs: [],
  outputs: [],
  operators: {},
  parameters: [],
  parameterCount: 3,
  buffers: [],
  differentiable: true,
  stopped: [],
  opset: 17,
  producer: "",
  metadata: {},
  parity: null,
  warnings: [],
};

/** Answers like the compute process about files whose content does not matter here; writes real run folders. */
class Double implements Compute {
  /** What the next analysis does instead of succeeding. */
  behave: ((options: CallOptions) => Promise<never>) | null = null;

  async call(task: string, input: unknown, options: CallOptions = {}): Promise<never> {
    const { path } = input as { path: string };
    switch (task) {
      case "inspectData":
        if ((await readFile(path, "utf8")).includes("broken")) {
          throw new UserError("npy/header", `${path} is damaged.`, { where: path });
        }
        return { ...dataInfo, path } as never;
      case "inspectModel":
        return { ...modelInfo, path } as never;
      case "analyse":
        if (this.behave !== null) return this.behave(options);
        return (await this.#analyse(input as TaskInput<"analyse">)) as never;
      default:
        throw new Error(`no double for ${task}`);
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  async #analyse(input: TaskInput<"analyse">): Promise<RunRecord> {
    const { id, analysis, parameters, model, data, folder } = input;
    const record: RunRecord = {
      format: RUN_FORMAT,
      id,
      analysis,
      started: new Date().toISOString(),
      seconds: 1,
      parameters: { ...parameters },
      model: { ...(await identify(model.path)), weights: null, parameters: 3 },
      data: { ...(await identify(data.path)), fields: "vector:v", samplesSha256: "", samples: [] },
      device: "cpu",
      executor: "",
      versions: {},
      notices: [],
      summary: {},
      arrays: {},
    };
    await mkdir(join(folder, ".."), { recursive: true });
    await writeRun(folder, record, {
      a: { dtype: "float32", shape: [1], data: new Float32Array([1]) },
    });
    return record;
  }
}

let home: string;
let compute: Double;
let workbench: Workbench;
const opened: Workbench[] = [];

function newWorkbench(): Workbench {
  const places = {
    settings: home,
    studies: join(home, "studies"),
    resources: join(home, "resources"),
  };
  const made = new Workbench({ host: "cli", version: "0", places, compute });
  opened.push(made);
  return made;
}

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "workbench-"));
  compute = new Double();
  workbench = newWorkbench();
  await writeFile(join(home, "model.onnx"), "model");
  await writeFile(join(home, "data.npz"), "data");
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map((one) => one.close()));
  await rm(home, { recursive: true, force: true });
});

/** A study with a model and data from outside of its folder. */
async function newStudy(): Promise<{ path: string; model: string; data: string }> {
  const { path } = await workbench.call("study.create", { path: join(home, "one") });
  const model = (
    await workbench.call("study.addModel", { study: path, path: join(home, "model.onnx") })
  ).entry;
  const data = (
    await workbench.call("study.addData", {
      study: path,
      path: join(home, "data.npz"),
      options: {},
    })
  ).entry;
  return { path, model, data };
}

async function analyse({
  path,
  model,
  data,
}: {
  path: string;
  model: string;
  data: string;
}): Promise<Job> {
  const ended = new Promise<Job>((resolve) => {
    const unsubscribe = workbench.on("job.changed", (job) => {
      if (job.state === "queued" || job.state === "running") return;
      unsubscribe();
      resolve(job);
    });
  });
  await workbench.call("analysis.start", {
    study: path,
    request: { analysis: "equivariance", model, data, parameters: { samples: "2" } },
  });
  return ended;
}

const view = (path: string): Promise<Study> => workbench.call("study.open", { path });
const onDisk = async (path: string): Promise<string> => readFile(join(path, "study.json"), "utf8");

describe("a study", () => {
  test("is what it was after the program was started again", async () => {
    const { path } = await newStudy();
    await workbench.call("study.note", { study: path, notes: "Why r fails." });
    const before = await view(path);
    await workbench.close();
    workbench = newWorkbench();
    expect(await view(path)).toEqual({ ...before, undo: null, redo: null });
    expect((await workbench.call("recent.list", {}))[0]).toMatchObject({
      path,
      name: "one",
      here: true,
    });
  });

  test("undoes and redoes every edit, and each state is on the disk", async () => {
    const { path, model, data } = await newStudy();
    const states = [await onDisk(path)];
    const edits = [
      () => workbench.call("study.rename", { study: path, name: "Two" }),
      () => workbench.call("study.editModel", { study: path, entry: model, name: "U-Net" }),
      () =>
        workbench.call("study.editData", {
          study: path,
          entry: data,
          options: { fields: "scalar:a,scalar:b" },
        }),
      () => workbench.call("study.remove", { study: path, entry: data }),
    ];
    for (const edit of edits) {
      await edit();
      states.push(await onDisk(path));
    }
    const ids = new Set(states);
    expect(ids.size).toBe(states.length);
    expect((await view(path)).undo).toBe("Remove data");
    for (const state of states.slice(0, -1).reverse()) {
      await workbench.call("study.undo", { study: path });
      expect(await onDisk(path)).toBe(state);
    }
    for (const state of states.slice(1)) {
      await workbench.call("study.redo", { study: path });
      expect(await onDisk(path)).toBe(state);
    }
  });

  test("stores paths inside of its folder so that it can be moved", async () => {
    const { path } = await workbench.call("study.create", { path: join(home, "one") });
    await workbench.call("files.upload", {
      study: path,
      name: "flow.npz",
      offset: 0,
      size: 4,
      bytes: new Uint8Array(4),
    });
    await workbench.call("study.addData", {
      study: path,
      path: join(path, "uploads/flow.npz"),
      options: {},
    });
    await workbench.call("study.close", { study: path });
    await rename(path, join(home, "moved"));
    const moved = await view(join(home, "moved"));
    expect(moved.data[0]).toMatchObject({
      state: "here",
      file: { path: join(home, "moved/uploads/flow.npz") },
      info: { path: join(home, "moved/uploads/flow.npz") },
    });
  });

  test("of a newer version is refused and left as it is", async () => {
    const { path } = await newStudy();
    await workbench.call("study.close", { study: path });
    const newer = (await onDisk(path)).replace('"format": 1', '"format": 2');
    await writeFile(join(path, "study.json"), newer);
    await expect(view(path)).rejects.toMatchObject({
      code: "study/newer",
      message: expect.stringContaining(join(path, "study.json")),
    });
    expect(await onDisk(path)).toBe(newer);
    expect(await readdir(path)).toEqual(["study.json"]);
  });

  test.each(["", "{", "[]", '{"format":1}', '{"format":1,"name":3}'])(
    "that is damaged (%j) is one sentence with the file",
    async (text) => {
      await mkdir(join(home, "bad"));
      await writeFile(join(home, "bad/study.json"), text);
      await expect(view(join(home, "bad"))).rejects.toMatchObject({
        code: "study/damaged",
        where: join(home, "bad/study.json"),
      });
    },
  );

  test("is opened for reading only while another program has it, which is named", async () => {
    const { path } = await newStudy();
    const other = newWorkbench();
    const there = await other.call("study.open", { path });
    expect(there.readOnly).toContain(`process ${process.pid}`);
    await expect(other.call("study.rename", { study: path, name: "Mine" })).rejects.toMatchObject({
      code: "study/read-only",
    });
    await workbench.call("study.close", { study: path });
    await other.call("study.close", { study: path });
    expect((await other.call("study.open", { path })).readOnly).toBeNull();
  });

  test("is not made over other files", async () => {
    await mkdir(join(home, "full"));
    await writeFile(join(home, "full/thesis.tex"), "");
    await expect(
      workbench.call("study.create", { path: join(home, "full") }),
    ).rejects.toMatchObject({ code: "study/not-empty" });
    expect(await readdir(join(home, "full"))).toEqual(["thesis.tex"]);
    const { path } = await newStudy();
    await expect(workbench.call("study.create", { path })).rejects.toMatchObject({
      code: "study/exists",
    });
  });

  test("is unchanged by a file that cannot be read", async () => {
    const { path } = await newStudy();
    const before = await onDisk(path);
    await writeFile(join(home, "bad.npz"), "broken");
    for (const file of ["bad.npz", "none.npz"]) {
      await expect(
        workbench.call("study.addData", { study: path, path: join(home, file), options: {} }),
      ).rejects.toThrow();
    }
    expect(await onDisk(path)).toBe(before);
  });

  // Root may write anywhere.
  test.skipIf(process.getuid?.() === 0)(
    "in a folder without write permission can be read",
    async () => {
      const { path } = await newStudy();
      await workbench.call("study.close", { study: path });
      await chmod(path, 0o500);
      expect((await view(path)).readOnly).toContain("cannot be written");
      await chmod(path, 0o700);
    },
  );
});

describe("entries", () => {
  test("say whether their files are here, changed or missing", async () => {
    const { path } = await newStudy();
    const file = join(home, "model.onnx");
    const state = async (): Promise<string> => (await view(path)).models[0]!.state;
    expect(await state()).toBe("here");
    // Another time but the same content: a copy.
    await utimes(file, new Date(), new Date(Date.now() - 1e6));
    expect(await state()).toBe("here");
    await writeFile(file, "MODEL");
    expect(await state()).toBe("changed");
    await rm(file);
    expect(await state()).toBe("missing");
  });
});

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

  test("that fail or are cancelled leave the study as it was", async () => {
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

describe("uploads", () => {
  const piece = (
    path: string,
    name: string,
    offset: number,
    size: number,
    bytes: Uint8Array,
  ): Promise<{ path: string | null; received: number }> =>
    workbench.call("files.upload", {
      study: path,
      name,
      offset,
      size,
      bytes: new Uint8Array(bytes),
    });

  test("come in pieces and appear when complete, under a name that is free", async () => {
    const { path } = await workbench.call("study.create", { path: join(home, "one") });
    const content = Uint8Array.from({ length: 10 }, (_, i) => i);
    for (const expected of ["flow.npz", "flow 2.npz"]) {
      expect(await piece(path, "flow.npz", 0, 10, content.subarray(0, 6))).toEqual({
        received: 6,
        path: null,
      });
      expect(await readdir(join(path, "uploads"))).not.toContain(expected);
      expect(await piece(path, "flow.npz", 6, 10, content.subarray(6))).toEqual({
        received: 10,
        path: join(path, "uploads", expected),
      });
      expect(new Uint8Array(await readFile(join(path, "uploads", expected)))).toEqual(content);
    }
  });

  test("lead nowhere, are bounded and leave nothing behind when broken off", async () => {
    const { path } = await workbench.call("study.create", { path: join(home, "one") });
    const byte = new Uint8Array(1);
    for (const name of ["../x.npz", "a/b.npz", ".hidden", "a\\b", "", "a\nb", ".."]) {
      await expect(piece(path, name, 0, 1, byte), name).rejects.toMatchObject({
        code: "upload/name",
      });
    }
    await expect(piece(path, "big.npz", 0, 1e12, byte)).rejects.toMatchObject({
      code: "upload/too-large",
    });
    await piece(path, "a.npz", 0, 3, byte);
    await expect(piece(path, "a.npz", 2, 3, byte)).rejects.toMatchObject({
      code: "upload/out-of-order",
    });
    expect(await readdir(join(path, "uploads"))).toEqual([]);
  });
});

describe("the boundary", () => {
  test("refuses unknown methods and inputs of another form", async () => {
    await expect(workbench.dispatch("toString", {})).rejects.toMatchObject({
      code: "contract/method",
    });
    await expect(workbench.dispatch("study.open", { path: 3 })).rejects.toMatchObject({
      code: "contract/input",
      message: expect.stringContaining("path"),
    });
    await expect(workbench.dispatch("study.open", null)).rejects.toMatchObject({
      code: "contract/input",
    });
  });
});

describe("the file browser", () => {
  test("lists folders first and says what opens", async () => {
    const { path } = await newStudy();
    await writeFile(join(home, "notes.txt"), "");
    const { entries, parent } = await workbench.call("files.list", { path: home });
    expect(entries.map(({ name, opens }) => [name, opens])).toEqual([
      ["one", "study"],
      ["data.npz", "data"],
      ["model.onnx", "model"],
      ["notes.txt", null],
      ["recent.json", null],
    ]);
    expect(parent).toBe(tmpdir());
    await expect(workbench.call("files.list", { path: join(path, "none") })).rejects.toMatchObject({
      code: "file/enoent",
    });
  });
});

describe("examples", () => {
  test("are copied into a new study each time", async () => {
    const folder = join(home, "resources/examples/toy");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "m.onnx"), "m");
    await writeFile(join(folder, "d.npz"), "d");
    const example = {
      id: "toy",
      title: "Toy",
      description: "A toy.",
      models: [{ file: "m.onnx", name: "Net" }],
      data: [{ file: "d.npz" }],
    };
    await writeFile(join(folder, "example.json"), JSON.stringify(example));
    expect(await workbench.call("examples.list", {})).toEqual([
      { id: "toy", title: "Toy", description: "A toy." },
    ]);
    const first = await workbench.call("examples.open", { id: "toy" });
    const second = await workbench.call("examples.open", { id: "toy" });
    expect(first.path).not.toBe(second.path);
    expect(second).toMatchObject({
      name: "Toy",
      notes: "A toy.",
      undo: null,
      models: [{ name: "Net" }],
      data: [{ name: "d" }],
    });
    expect(second.data[0]!.file.path.startsWith(second.path)).toBe(true);
    await expect(workbench.call("examples.open", { id: "none" })).rejects.toMatchObject({
      code: "examples/unknown",
    });
  });
});
