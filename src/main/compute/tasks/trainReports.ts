/** How a training is getting on, for whoever watches. */
import type { TrainingRecord, TrainingReport } from "../../../shared/training/training";
import type { MemberReport } from "../../training/member";
import type { TaskContext } from "../task";
import type { TrainingPlan } from "./trainingPlan";

export class Reports {
  readonly #record: TrainingRecord;
  readonly #member: number;
  readonly #plan: TrainingPlan;
  readonly #context: TaskContext;
  /** Where this program began with it. */
  #first: { step: number; at: number } | null = null;

  constructor(record: TrainingRecord, member: number, plan: TrainingPlan, context: TaskContext) {
    this.#record = record;
    this.#member = member;
    this.#plan = plan;
    this.#context = context;
  }

  step(report: MemberReport, identityError: number | null): void {
    const { totalSteps, stepsPerEpoch, epochs } = this.#plan;
    const { seeds } = this.#record;
    const { step, latest } = report;
    const epoch = Math.min(epochs, Math.floor((step - 1) / stepsPerEpoch) + 1);
    const told: TrainingReport = {
      training: this.#record.id,
      seed: seeds[this.#member]!.seed,
      member: this.#member,
      seeds: seeds.length,
      step,
      totalSteps,
      epoch,
      epochs,
      loss: report.loss,
      gradientNorm: report.norm,
      rate: report.rate,
      validationLoss: finite(latest?.validation_loss),
      relativeError: finite(latest?.relative_error),
      identityError,
      bestEpoch: report.bestEpoch,
      samplesPerSecond: finite(report.samplesPerSecond),
      secondsLeft: this.#secondsLeft(step),
    };
    const which = seeds.length === 1 ? "" : `Seed ${told.seed}, `;
    // Of the last epoch that was judged, which is not the one that runs.
    const error =
      latest === undefined || told.relativeError === null
        ? ""
        : `, error ${percent(told.relativeError)} after epoch ${latest.epoch}`;
    this.#context.progress({
      fraction: (this.#member + step / totalSteps) / seeds.length,
      stage: `${which}${which === "" ? "E" : "e"}poch ${epoch} of ${epochs}, loss ${report.loss.toPrecision(3)}${error}`,
      training: told,
    });
  }

  #secondsLeft(step: number): number | null {
    this.#first ??= { step, at: performance.now() };
    const done = step - this.#first.step;
    if (done < 5) return null;
    const each = (performance.now() - this.#first.at) / 1000 / done;
    const { totalSteps } = this.#plan;
    const later = this.#record.seeds.length - 1 - this.#member;
    return each * (totalSteps - step + later * totalSteps);
  }
}

function finite(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(3)} %`;
}
