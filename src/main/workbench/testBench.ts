/** A workbench on a temporary folder, over a compute process that answers by itself: what its tests stand on. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach } from "vitest";
import { fileChosen } from "../../shared/chosenPart";
import type { DataInfo, Job, ModelInfo, Study } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import { RUN_FORMAT, type RunRecord } from "../../shared/run";
import type { CallOptions, Compute, TaskInput } from "../compute/compute";
import { writeRun } from "../compute/runFolder";
import { readSamples } from "../compute/tasks/readSamples";
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

async function refuseBroken(path: string): Promise<void> {
  if (!(await readFile(fileChosen(path).file, "utf8")).includes("broken")) return;
  throw new UserError("npy/header", `${path} is damaged.`, { where: path });
}

/** Answers like the compute process about files whose content does not matter here; writes real run folders. */
export class Double implements Compute {
  /** What the next analysis does instead of succeeding. */
  behave: ((options: CallOptions) => Promise<never>) | null = null;
  /** What the next figure says of itself. */
  figure: object | null = null;

  async call(task: string, input: unknown, options: CallOptions = {}): Promise<never> {
    const { path } = input as { path: string };
    switch (task) {
      case "inspectData":
        await refuseBroken(path);
        return { ...dataInfo, path } as never;
      case "inspectModel": {
        const { weights } = input as TaskInput<"inspectModel">;
        await refuseBroken(weights ?? path);
        return { ...modelInfo, path } as never;
      }
      case "readSamples":
        return (await readSamples(input as TaskInput<"readSamples">)) as never;
      case "identifyFigure":
        return this.figure as never;
      case "analyse":
        if (this.behave !== null) return this.behave(options);
        return (await this.#analyse(input as TaskInput<"analyse">)) as never;
      default:
        throw new Error(`no double for ${task}`);
    }
  }

  apart(): Promise<never> {
    return Promise.reject(new Error("no double for a process apart"));
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
      model:
        model === null ? null : { ...(await identify(model.path)), weights: null, parameters: 3 },
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

/** Of the test that runs; gone after it. */
export let home: string;
export let compute: Double;
export let workbench: Workbench;
const opened: Workbench[] = [];

/** Another one on the same folder. */
export function newWorkbench(): Workbench {
  const places = {
    settings: home,
    studies: join(home, "studies"),
    resources: join(home, "resources"),
  };
  const made = new Workbench({ host: "cli", version: "0", places, compute });
  opened.push(made);
  return made;
}

/** As if the program had been ended and started. */
export async function restart(): Promise<void> {
  await workbench.close();
  workbench = newWorkbench();
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
export async function newStudy(): Promise<{ path: string; model: string; data: string }> {
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

/** Runs an analysis to its end. */
export async function analyse(
  { path, model, data }: { path: string; model: string; data: string },
  parameters: Readonly<Record<string, string>> = { samples: "2" },
): Promise<Job> {
  const ended = new Promise<Job>((resolve) => {
    const unsubscribe = workbench.on("job.changed", (job) => {
      if (job.state === "queued" || job.state === "running") return;
      unsubscribe();
      resolve(job);
    });
  });
  await workbench.call("analysis.start", {
    study: path,
    request: { analysis: "equivariance", model, data, parameters },
  });
  return ended;
}

/** The study as windows see it. */
export const view = (path: string): Promise<Study> => workbench.call("study.open", { path });
/** Its document. */
export const onDisk = async (path: string): Promise<string> =>
  readFile(join(path, "study.json"), "utf8");
