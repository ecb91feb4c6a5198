/**
 * How trainings are getting on: the last report of each that runs, and its curves, as they lie on the disk with what was
 * told since. Reports come several times a second; what is drawn changes once a second at most.
 */
import { SvelteMap } from "svelte/reactivity";
import type { Client, Study } from "../../shared/contract";
import { toErrorRecord } from "../../shared/errors";
import { toFloat64 } from "../../shared/tensor";
import type {
  CurveName,
  RolloutRequest,
  SeedCurves,
  TrainingReport,
} from "../../shared/training/training";
import type { MethodOutput } from "../../shared/contract";
import type { Loaded } from "./runs.svelte";

/** Curves of one seed: columns of equal length each, of epochs and of steps. */
export interface Curves {
  readonly seed: number;
  readonly epochs: Columns<"epoch" | "train_loss" | "validation_loss" | "relative_error">;
  readonly steps: Columns<"step" | "step_loss" | "step_gradient_norm">;
}
type Columns<K extends CurveName> = Readonly<Record<K, readonly number[]>>;

const epochNames = ["epoch", "train_loss", "validation_loss", "relative_error"] as const;
const stepNames = ["step", "step_loss", "step_gradient_norm"] as const;

/** Milliseconds between two pictures of the curves. */
const REST = 1000;
/** Steps told since the curves were last on the disk; beyond it every other one is dropped. */
const MOST_TOLD = 2000;

/** What was told of a seed since its curves were read. */
interface Told {
  epochs: Record<(typeof epochNames)[number], number>[];
  steps: Record<(typeof stepNames)[number], number>[];
}

export class Trainings {
  readonly #client: Client;
  readonly #study: string;
  readonly #reports = new SvelteMap<string, TrainingReport>();
  readonly #curves = new SvelteMap<string, Loaded<readonly Curves[]>>();
  /** By training and seed. Not drawn from: only `#publish` makes pictures change. */
  readonly #told: Record<string, Record<number, Told>> = {};
  readonly #read: Record<string, readonly Curves[]> = {};
  readonly #timers: Record<string, ReturnType<typeof setTimeout>> = {};
  /** As far as the disk was when its curves were last asked for. */
  readonly #asked: Record<string, string> = {};
  readonly #end: () => void;

  constructor(client: Client, study: string) {
    this.#client = client;
    this.#study = study;
    this.#end = client.on("training.progress", ({ study: of, report }) => {
      if (of === study) this.#hear(report);
    });
  }

  /** The last that was told of one that runs. */
  report(training: string): TrainingReport | undefined {
    return this.#reports.get(training);
  }

  curves(training: string): Loaded<readonly Curves[]> | undefined {
    return this.#curves.get(training);
  }

  /** Reads the curves, and how a training that runs already is getting on. */
  async load(training: string): Promise<void> {
    const of = { study: this.#study, training };
    if (!this.#curves.has(training)) this.#curves.set(training, { state: "loading" });
    try {
      const { seeds } = await this.#client.call("training.curves", of);
      this.#read[training] = seeds.map(curvesOf);
      this.#forgetRead(training);
      this.#publish(training);
      if (this.#reports.has(training)) return;
      const { report } = await this.#client.call("training.report", of);
      if (report !== null) this.#hear(report);
    } catch (error) {
      this.#curves.set(training, { state: "failed", error: toErrorRecord(error) });
    }
  }

  rollout(request: Omit<RolloutRequest, "study">): Promise<MethodOutput<"training.rollout">> {
    return this.#client.call("training.rollout", { study: this.#study, ...request });
  }

  async resume(training: string): Promise<string> {
    return (await this.#client.call("training.resume", { study: this.#study, training })).job;
  }

  /** After the study changed: curves that got further on the disk are read again, where anyone looks at them. */
  follow({ trainings }: Study): void {
    for (const { id, seeds } of trainings) {
      const reached = seeds.map(({ step, status }) => `${step} ${status}`).join();
      if (this.#curves.has(id) && this.#asked[id] !== reached) void this.load(id);
      this.#asked[id] = reached;
      if (seeds.every(({ status }) => status === "done" || status === "diverged")) {
        this.#reports.delete(id);
      }
    }
  }

  /** Of a training that has stopped: what was told last is over. */
  settle(training: string): void {
    this.#reports.delete(training);
    if (this.#curves.has(training)) void this.load(training);
  }

  close(): void {
    this.#end();
    for (const timer of Object.values(this.#timers)) clearTimeout(timer);
  }

  #hear(report: TrainingReport): void {
    const { training, seed } = report;
    const before = this.#reports.get(training);
    this.#reports.set(training, report);
    const told = ((this.#told[training] ??= {})[seed] ??= { epochs: [], steps: [] });
    told.steps.push({
      step: report.step,
      step_loss: report.loss ?? NaN,
      step_gradient_norm: report.gradientNorm ?? NaN,
    });
    if (told.steps.length > MOST_TOLD) told.steps = told.steps.filter((_, i) => i % 2 === 0);
    const judged =
      report.validationLoss !== null &&
      (before?.seed !== seed || before.validationLoss !== report.validationLoss);
    if (judged) {
      told.epochs.push({
        epoch: report.epoch - 1,
        train_loss: NaN,
        validation_loss: report.validationLoss!,
        relative_error: report.relativeError ?? NaN,
      });
    }
    this.#timers[training] ??= setTimeout(() => {
      Reflect.deleteProperty(this.#timers, training);
      this.#publish(training);
    }, REST);
  }

  /** What is on the disk need not be remembered from being told. */
  #forgetRead(training: string): void {
    for (const { seed, steps, epochs } of this.#read[training] ?? []) {
      const told = this.#told[training]?.[seed];
      if (told === undefined) continue;
      const [step, epoch] = [steps.step.at(-1) ?? 0, epochs.epoch.at(-1) ?? -1];
      told.steps = told.steps.filter((row) => row.step > step);
      told.epochs = told.epochs.filter((row) => row.epoch > epoch);
    }
  }

  #publish(training: string): void {
    const read = this.#read[training] ?? [];
    const told = this.#told[training] ?? {};
    const known = read.map(({ seed }) => seed);
    const begun = Object.keys(told).map(Number);
    const seeds = [...known, ...begun.filter((seed) => !known.includes(seed))];
    const value = seeds.map((seed): Curves => {
      const kept = read.find((one) => one.seed === seed);
      const rows = told[seed] ?? { epochs: [], steps: [] };
      return {
        seed,
        epochs: joined(epochNames, kept?.epochs, rows.epochs),
        steps: joined(stepNames, kept?.steps, rows.steps),
      };
    });
    this.#curves.set(training, { state: "ready", value });
  }
}

function curvesOf({ seed, arrays }: SeedCurves): Curves {
  const columns = <K extends CurveName>(names: readonly K[]): Columns<K> =>
    Object.fromEntries(
      names.map((name) => [name, arrays[name] === undefined ? [] : [...toFloat64(arrays[name])]]),
    ) as unknown as Columns<K>;
  return { seed, epochs: columns(epochNames), steps: columns(stepNames) };
}

function joined<K extends CurveName>(
  names: readonly K[],
  kept: Columns<K> | undefined,
  told: readonly Readonly<Record<K, number>>[],
): Columns<K> {
  return Object.fromEntries(
    names.map((name) => [name, [...(kept?.[name] ?? []), ...told.map((row) => row[name])]]),
  ) as unknown as Columns<K>;
}
