/** What a training would come to: samples, steps, weights that are kept, and the time, from steps that are timed. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sizeOf } from "../../../shared/tensor";
import type { TrainingParameters } from "../../../shared/training/parameters";
import type { TrainingPreview } from "../../../shared/training/training";
import { atomicWrite } from "../../data/atomic";
import { openExecutor, type Target } from "../../runtime/target";
import { parametersOf } from "../../training/objective";
import { Order } from "../../training/order";
import { stateBytes } from "../../training/step";
import { Stepper } from "../../training/stepper";
import type { TaskContext } from "../task";
import { openSubject, type Subject } from "./trainingSubject";
import { trainingPlan, type DataPlace, type TrainingPlan } from "./trainingPlan";

export interface TrainPreviewInput {
  readonly subject: Subject;
  readonly data: DataPlace;
  /** Complete and checked. */
  readonly parameters: TrainingParameters;
  readonly target: Target;
}

/** Steps that are timed after the first. */
const TIMED = 2;
/** A forward pass in units of a step. */
const FORWARD = 1 / 3;

/** @throws UserError of model, data and parameters */
export async function trainPreview(
  { subject, data: place, parameters, target }: TrainPreviewInput,
  { signal }: TaskContext,
): Promise<TrainingPreview> {
  const folder = await mkdtemp(join(tmpdir(), "noetherscope-preview-"));
  try {
    const opened = await openSubject(
      subject,
      place,
      async (bytes) => {
        const path = join(folder, "model.onnx");
        await atomicWrite(path, bytes);
        return path;
      },
      parameters,
    );
    const { model, data } = opened;
    try {
      const plan = await trainingPlan(model, data, parameters);
      signal.throwIfAborted();
      const { seconds, memoryBytes, remark } = await timed(plan, model.parameters, target, signal);
      const weights =
        4 * [...opened.base.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
      const state = stateBytes(plan.step, parametersOf(plan.network));
      const { split, seeds, checkpoints } = plan;
      const held = split.validationTrajectories.length;
      return {
        samples: split.train.length,
        validationSamples: split.validation.length,
        trajectories: data.trajectories - held,
        validationTrajectories: held,
        parameterCount: model.info.parameterCount,
        batch: plan.batch,
        stepsPerEpoch: plan.stepsPerEpoch,
        totalSteps: plan.totalSteps,
        seeds: seeds.length,
        checkpoints: [...checkpoints],
        bytes: seeds.length * (weights * (checkpoints.length + 2) + state),
        memoryBytes,
        seconds,
        notices: [...opened.notices, ...plan.notices, ...(remark === null ? [] : [remark])],
      };
    } finally {
      await data.close();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function timed(
  plan: TrainingPlan,
  initial: Parameters<typeof Stepper.open>[2],
  target: Target,
  signal: AbortSignal,
): Promise<{ seconds: number; memoryBytes: number; remark: string | null }> {
  const { step: options, split, batch, samples, totalSteps, epochs, seeds } = plan;
  const executor = openExecutor(target);
  try {
    const stepper = await Stepper.open(executor, plan.network, initial, options);
    const order = new Order(split.train, batch, 0);
    const read = await samples.read(order.samples(0), options.rollout);
    let fastest = Infinity;
    for (let k = 0; k <= TIMED; k++) {
      signal.throwIfAborted();
      const started = performance.now();
      await stepper.step(read, k + 1, 0);
      if (k > 0) fastest = Math.min(fastest, performance.now() - started);
    }
    const judging = (epochs + 1) * Math.ceil(split.validation.length / batch) * FORWARD;
    return {
      seconds: (seeds.length * (totalSteps + judging) * fastest) / 1000,
      memoryBytes: stepper.peakBytes,
      remark: stepper.remark,
    };
  } finally {
    await executor.dispose();
  }
}
