/**
 * One seed of a training, from wherever its folder says that it is to its end: steps, judges after each epoch, keeps
 * weights by plan, and writes everything that is needed to go on every now and then and when it is stopped.
 */
import { join } from "node:path";
import { UserError } from "../../shared/errors";
import type { Element } from "../../shared/groups/element";
import type { Tensor } from "../../shared/tensor";
import { checkpointName } from "../../shared/training/checkpoints";
import type { SeedRecord } from "../../shared/training/training";
import { atomicWrite } from "../data/atomic";
import type { Graph } from "../graph/ir";
import type { Executor } from "../runtime/executor";
import { Curves, type EpochRow } from "./curves";
import { firstNotFinite } from "./diverged";
import type { Order } from "./order";
import type { Moves, Samples } from "./samples";
import { rateAt, type Schedule } from "./schedule";
import { readState, writeState } from "./stateFile";
import { Stepper, type Batch, type StepperOptions } from "./stepper";
import type { Judgement, Validation } from "./validation";
import { encodeWeights } from "./weightsFile";

export interface Course {
  readonly executor: Executor;
  /** At the batch's size, one data input. */
  readonly network: Graph;
  readonly step: StepperOptions;
  readonly schedule: Schedule;
  /** At its highest. */
  readonly rate: number;
  readonly order: Order;
  readonly batch: number;
  readonly totalSteps: number;
  readonly samples: Samples;
  /** How samples are moved at random; null for not at all. */
  readonly moves: (Omit<Moves, "elements"> & { readonly group: readonly Element[] }) | null;
  /** null without validation samples. */
  readonly validation: Validation | null;
  /** Epochs whose weights are kept. */
  readonly checkpoints: readonly number[];
  /** Tensors of the network's file, for weights files. */
  readonly base: ReadonlyMap<string, Tensor>;
  readonly initial: ReadonlyMap<string, Tensor>;
  readonly seed: number;
  /** Hash of what the numbers follow from. */
  readonly course: string;
  /** Of this seed. */
  readonly folder: string;
  readonly limits: {
    /** Epochs; 0 for none. */
    readonly patience: number;
    /** Seconds; 0 for none. */
    readonly time: number;
    readonly saveEvery: number;
  };
}

/** What is told after each step. */
export interface MemberReport {
  readonly step: number;
  readonly loss: number;
  readonly norm: number;
  readonly rate: number;
  /** Of the latest epoch that was judged. */
  readonly latest: EpochRow | undefined;
  readonly bestEpoch: number | null;
  readonly samplesPerSecond: number;
}

export interface Listener {
  readonly signal: AbortSignal;
  onStep(report: MemberReport): void;
  /** Everything is on the disk up to here. */
  onSaved(record: SeedRecord): Promise<void>;
}

/** Names of a seed's files beside its checkpoints. */
export const memberFiles = {
  state: "state.safetensors",
  curves: "curves.npz",
  best: "best.safetensors",
  final: "final.safetensors",
} as const;

/**
 * Trains until the end.
 * @param record as it was last written
 * @returns as it is on the disk now: "done", or "diverged" with the sentence that says where
 * @throws what `signal` throws, after everything was written; UserError "training/state", "file/…"
 */
export async function trainMember(
  course: Course,
  record: SeedRecord,
  listener: Listener,
): Promise<SeedRecord> {
  const saved = await readState(join(course.folder, memberFiles.state), course.course);
  if (saved === undefined && record.step > 0) {
    throw new UserError(
      "training/state",
      `${join(course.folder, memberFiles.state)} is gone, and without it nothing can go on from step ${record.step}.`,
      { where: course.folder, todo: "Put it back, or start a new training from the weights." },
    );
  }
  const { totalSteps } = course;
  const curves =
    saved === undefined
      ? new Curves(totalSteps)
      : await Curves.read(join(course.folder, memberFiles.curves), totalSteps, saved.step);
  const stepper = await Stepper.open(
    course.executor,
    course.network,
    saved?.tensors ?? course.initial,
    course.step,
  );
  const member = new Member(course, record, listener, stepper, curves);
  if (saved !== undefined) member.begin(saved);
  try {
    return await member.run();
  } finally {
    await stepper.dispose();
  }
}

class Member {
  readonly #course: Course;
  readonly #listener: Listener;
  readonly #stepper: Stepper;
  readonly #curves: Curves;
  #record: SeedRecord;
  /** Steps done. */
  #step = 0;
  #lossSum = 0;
  #normSum = 0;
  #seconds = 0;
  #epochSeconds = 0;
  #lastSave = performance.now();
  /** Weights of the best epoch that are not on the disk yet. */
  #best: Uint8Array | null = null;

  constructor(
    course: Course,
    record: SeedRecord,
    listener: Listener,
    stepper: Stepper,
    curves: Curves,
  ) {
    this.#course = course;
    this.#record = record;
    this.#listener = listener;
    this.#stepper = stepper;
    this.#curves = curves;
  }

  begin(
    from: Readonly<Record<"step" | "lossSum" | "normSum" | "seconds" | "epochSeconds", number>>,
  ): void {
    this.#step = from.step;
    this.#lossSum = from.lossSum;
    this.#normSum = from.normSum;
    this.#seconds = from.seconds;
    this.#epochSeconds = from.epochSeconds;
  }

  async run(): Promise<SeedRecord> {
    const { totalSteps, limits } = this.#course;
    try {
      for (;;) {
        if (this.#epochsDone() > this.#curves.epochs.length - 1) await this.#endEpoch();
        const reason = this.#ending();
        if (reason !== null) return await this.#end("done", reason);
        const diverged = await this.#next();
        if (diverged !== null) return await this.#end("diverged", diverged);
        const late = performance.now() - this.#lastSave >= 1000 * limits.saveEvery;
        if (this.#listener.signal.aborted || (late && this.#step < totalSteps)) {
          await this.#save("unfinished", null);
          this.#listener.signal.throwIfAborted();
        }
      }
    } catch (error) {
      // Stopped while it was judged: the steps are done, and that epoch will be judged when it goes on.
      if (this.#listener.signal.aborted && this.#record.step !== this.#step) {
        await this.#save("unfinished", null);
      }
      throw error;
    }
  }

  /** Epochs completed; the last may be cut short by a bound on steps. */
  #epochsDone(): number {
    const { order, totalSteps } = this.#course;
    const epochs = this.#step / order.stepsPerEpoch;
    return this.#step === totalSteps ? Math.ceil(epochs) : Math.floor(epochs);
  }

  /** Why it ends here; null where it goes on. */
  #ending(): string | null {
    const { totalSteps, order, limits } = this.#course;
    const done = this.#epochsDone();
    if (this.#step >= totalSteps) {
      return `All ${totalSteps} steps (${done} ${done === 1 ? "epoch" : "epochs"}) are done.`;
    }
    if (limits.time > 0 && this.#seconds >= limits.time) {
      return `The time limit ended it at step ${this.#step} of ${totalSteps}.`;
    }
    const best = this.#curves.best?.epoch ?? 0;
    if (
      limits.patience > 0 &&
      this.#step % order.stepsPerEpoch === 0 &&
      done - best >= limits.patience
    ) {
      return `The validation loss has not fallen since epoch ${best}.`;
    }
    return null;
  }

  /** @returns where numbers ended that are none; null after a step */
  async #next(): Promise<string | null> {
    const { order, samples, moves, step: options, batch, schedule } = this.#course;
    const started = performance.now();
    const k = this.#step;
    const drawn = order.samples(k);
    const moved =
      moves === null ? undefined : { ...moves, elements: order.elements(k, moves.group) };
    const read = await samples.read(drawn, options.rollout, moved);
    const rate = this.#course.rate * rateAt(schedule, k);
    const { loss, norm } = await this.#stepper.step(read, k + 1, rate);
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) return this.#diverged(read, k + 1);
    this.#step = k + 1;
    this.#lossSum += loss;
    this.#normSum += norm;
    const seconds = (performance.now() - started) / 1000;
    this.#seconds += seconds;
    this.#epochSeconds += seconds;
    this.#curves.noteStep({
      step: k + 1,
      step_loss: loss,
      step_gradient_norm: norm,
      step_rate: rate,
    });
    const inEpoch = k + 1 - this.#epochStart();
    this.#listener.onStep({
      step: k + 1,
      loss,
      norm,
      rate,
      latest: this.#curves.epochs.at(-1),
      bestEpoch: this.#curves.best?.epoch ?? null,
      samplesPerSecond: (inEpoch * batch) / this.#epochSeconds,
    });
    return null;
  }

  async #diverged(batch: Batch, step: number): Promise<string> {
    const { executor, network, step: options, order } = this.#course;
    const where = await firstNotFinite(executor, network, options, this.#stepper.state, batch);
    const epoch = Math.floor((step - 1) / order.stepsPerEpoch) + 1;
    return `In step ${step} (epoch ${epoch}) ${where} was no finite number any more; the weights of step ${step - 1} are kept.`;
  }

  #epochStart(): number {
    return this.#curves.epochs.at(-1)?.epoch_step ?? 0;
  }

  async #endEpoch(): Promise<void> {
    const { validation, checkpoints, folder, batch } = this.#course;
    const epoch = this.#epochsDone();
    const weights = this.#stepper.weights();
    const started = performance.now();
    const judged: Judgement =
      validation === null
        ? { loss: NaN, relativeError: NaN }
        : await validation.judge(weights, this.#listener.signal);
    this.#seconds += (performance.now() - started) / 1000;
    const steps = this.#step - this.#epochStart();
    const before = this.#curves.best;
    this.#curves.noteEpoch({
      epoch,
      epoch_step: this.#step,
      train_loss: this.#lossSum / steps,
      validation_loss: judged.loss,
      relative_error: judged.relativeError,
      epoch_gradient_norm: this.#normSum / steps,
      samples_per_second: (steps * batch) / this.#epochSeconds,
      seconds: this.#seconds,
    });
    this.#lossSum = this.#normSum = this.#epochSeconds = 0;
    if (this.#curves.best !== before) this.#best = this.#encoded(epoch);
    if (!checkpoints.includes(epoch)) return;
    await atomicWrite(join(folder, checkpointName(epoch)), this.#encoded(epoch));
    this.#record = {
      ...this.#record,
      checkpoints: [...new Set([...this.#record.checkpoints, epoch])],
    };
    await this.#save("unfinished", null);
  }

  #encoded(epoch: number): Uint8Array {
    const { base, seed } = this.#course;
    return encodeWeights(base, this.#stepper.weights(), { epoch, step: this.#step, seed });
  }

  async #end(status: "done" | "diverged", reason: string): Promise<SeedRecord> {
    const { folder } = this.#course;
    const { epoch, epoch_step } = this.#curves.epochs.at(-1)!;
    // What a time limit cut off within an epoch is no epoch's weights; it is final.safetensors alone.
    const isEpoch = status === "done" && epoch_step === this.#step;
    if (isEpoch && !this.#record.checkpoints.includes(epoch)) {
      await atomicWrite(join(folder, checkpointName(epoch)), this.#encoded(epoch));
      this.#record = { ...this.#record, checkpoints: [...this.#record.checkpoints, epoch] };
    }
    await atomicWrite(join(folder, memberFiles.final), this.#encoded(epoch));
    return this.#save(status, reason);
  }

  /** Curves and best weights first: the state speaks for what is there. */
  async #save(status: SeedRecord["status"], reason: string | null): Promise<SeedRecord> {
    const { folder, course } = this.#course;
    await this.#curves.write(join(folder, memberFiles.curves));
    if (this.#best !== null) await atomicWrite(join(folder, memberFiles.best), this.#best);
    this.#best = null;
    await writeState(join(folder, memberFiles.state), {
      course,
      step: this.#step,
      lossSum: this.#lossSum,
      normSum: this.#normSum,
      seconds: this.#seconds,
      epochSeconds: this.#epochSeconds,
      tensors: this.#stepper.state,
    });
    const latest = this.#curves.epochs.at(-1);
    const best = this.#curves.best;
    this.#record = {
      ...this.#record,
      status,
      reason,
      step: this.#step,
      epoch: latest?.epoch ?? 0,
      trainLoss: numberOrNull(latest?.train_loss),
      validationLoss: numberOrNull(latest?.validation_loss),
      relativeError: numberOrNull(latest?.relative_error),
      best:
        best === undefined
          ? null
          : {
              epoch: best.epoch,
              validationLoss: best.validation_loss,
              relativeError: best.relative_error,
            },
      seconds: Math.round(this.#seconds * 1000) / 1000,
    };
    await this.#listener.onSaved(this.#record);
    this.#lastSave = performance.now();
    return this.#record;
  }
}

function numberOrNull(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}
