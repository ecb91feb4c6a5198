/** A training as it was asked for, opened and checked before anything is computed: network, samples, what each step does. */
import { createHash } from "node:crypto";
import type { DataOptions } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { showFieldSpec } from "../../../shared/fields/spec";
import { groupByName } from "../../../shared/groups/catalogue";
import { groupFits } from "../../../shared/groups/fits";
import type { Group } from "../../../shared/groups/group";
import { checkpointEpochs } from "../../../shared/training/checkpoints";
import type { TrainingParameters } from "../../../shared/training/parameters";
import { parseSeeds } from "../../../shared/training/seeds";
import type { DataSet } from "../../data/dataset";
import { samplesSha256 } from "../../data/identity";
import { sampleName } from "../../data/sampleName";
import { conventionNotice } from "./conventionNotice";
import { dataInputs, inputName, type Graph } from "../../graph/ir";
import type { Model } from "../../models";
import { changesNothing, prepared, type Preparation } from "../../models/prepared";
import type { LossId } from "../../training/losses";
import { adamW, adamWDefaults } from "../../training/optimisers/adamw";
import type { Optimiser } from "../../training/optimisers/optimiser";
import { sgd } from "../../training/optimisers/sgd";
import { Order } from "../../training/order";
import { Samples, type Check } from "../../training/samples";
import type { Course } from "../../training/member";
import type { Schedule } from "../../training/schedule";
import { splitOf, type Split } from "../../training/split";
import type { StepperOptions } from "../../training/stepper";
import { checkLogarithms, preparationOf, remarksOnPreparation } from "./preparation";

/** Where the data are, and how they are read. */
export interface DataPlace {
  readonly path: string;
  readonly options: DataOptions;
}

export interface TrainingPlan {
  readonly parameters: TrainingParameters;
  readonly data: DataSet;
  readonly split: Split;
  readonly samples: Samples;
  readonly preparation: Preparation;
  /** At the batch's size. */
  readonly network: Graph;
  readonly batch: number;
  readonly stepsPerEpoch: number;
  readonly totalSteps: number;
  readonly epochs: number;
  readonly checkpoints: readonly number[];
  readonly seeds: readonly number[];
  readonly step: StepperOptions;
  readonly schedule: Schedule;
  readonly moves: Course["moves"];
  /** Over a few samples, by which the data are known again. */
  readonly samplesSha256: string;
  readonly fields: string;
  readonly notices: readonly string[];
}

/** Share of the memory allowed that samples may take. */
const KEPT = 0.5;
/** Samples that data are known by. */
const KNOWN_BY = 16;

/** @throws UserError of data, model and parameters: whatever does not fit together */
export async function trainingPlan(
  model: Model,
  data: DataSet,
  parameters: TrainingParameters,
): Promise<TrainingPlan> {
  assertTrainable(model, data, parameters.rollout);
  const split = splitBy(data, parameters);
  const batch = Math.min(parameters.batch, split.train.length);
  const { stepsPerEpoch } = new Order(split.train, batch, 0);
  const most = parameters.steps === 0 ? Infinity : parameters.steps;
  const totalSteps = Math.min(parameters.epochs * stepsPerEpoch, most);
  const epochs = Math.ceil(totalSteps / stepsPerEpoch);
  const preparation = await trainingPreparation(data, parameters);
  const { own, ...subject } = prepared(model, preparation);
  const group = groupByName(parameters.augment);
  const moves = movesOf(group, data);
  const network = subject.graph(batch);
  assertShapes(model, network, data);
  const bytes = parameters.memory * 2 ** 20;
  const left = split.train.length - batch * stepsPerEpoch;
  return {
    parameters,
    data,
    split,
    samples: new Samples(data, KEPT * bytes, checkOf(data, preparation)),
    preparation,
    network,
    batch,
    stepsPerEpoch,
    totalSteps,
    epochs,
    checkpoints: checkpointEpochs(parameters.checkpoints, epochs),
    seeds: parseSeeds(parameters.seeds),
    step: {
      loss: parameters.loss as LossId,
      rollout: parameters.rollout,
      through: parameters["rollout-gradient"] === "last" ? "last" : "all",
      ...(own === undefined ? {} : { own }),
      optimiser: optimiserOf(parameters),
      clip: parameters.clip,
      average: parameters.average,
      memoryBytes: bytes,
    },
    schedule: {
      kind: parameters.schedule as Schedule["kind"],
      steps: totalSteps,
      warmUp: parameters["warm-up"],
      final: parameters["final-rate"],
      every: parameters["step-epochs"] * stepsPerEpoch,
      factor: parameters["step-factor"],
    },
    moves,
    samplesSha256: await fingerprint(data),
    fields: data.fields === undefined ? "" : showFieldSpec(data.fields),
    notices: [
      ...data.notices,
      ...(await conventionNotice(data, { group })),
      ...split.notices,
      ...model.info.warnings,
      ...(batch < parameters.batch
        ? [`There are ${batch} samples to train on, so a batch has as many.`]
        : []),
      ...(left === 0
        ? []
        : [
            `${left} of ${split.train.length} samples do not fill a batch and are left out of each epoch, others each time.`,
          ]),
      ...(model.buffers.size === 0
        ? []
        : ["Running statistics stay as the model has them: training does not change them."]),
      ...(changesNothing(preparation)
        ? []
        : [
            "Its file is the network in its own variables; analyses find what it was prepared with in the record of this training (Normalise and Pad are auto).",
            ...remarksOnPreparation(preparation, data.fields, group, "to be trained"),
          ]),
    ],
  };
}

/**
 * What is stated of the network that is trained, in numbers.
 * @throws UserError "normalise/…", "pad/…"
 */
export function trainingPreparation(
  data: DataSet,
  { normalise, pad }: Pick<TrainingParameters, "normalise" | "pad">,
): Promise<Preparation> {
  return preparationOf({ normalise, pad }, data, null);
}

/** Looks at samples as they are read. */
function checkOf(data: DataSet, preparation: Preparation): Check {
  const name = (kind: string, samples: readonly number[]) => (i: number) =>
    `${data.path}: ${kind} of ${sampleName(data.place(samples[i]!))}`;
  return (samples, input, target) => {
    checkLogarithms(input, preparation, data.channels, name("input", samples));
    checkLogarithms(target, preparation, data.channels, name("target", samples));
  };
}

/** Which samples are trained on. @throws UserError "training/data" */
export function splitBy(data: DataSet, parameters: TrainingParameters): Split {
  return splitOf(data, {
    share: parameters.validation,
    rollout: parameters.rollout,
    seed: parameters["split-seed"],
    most: parameters["validation-samples"],
  });
}

/** A hash of everything that the numbers of a seed follow from: a state of another course is refused. */
export function courseHash(given: Readonly<Record<string, unknown>>): string {
  return createHash("sha256").update(JSON.stringify(given)).digest("hex");
}

function optimiserOf(parameters: TrainingParameters): Optimiser {
  const weightDecay = parameters["weight-decay"];
  if (parameters.optimiser === "sgd") {
    const { momentum, nesterov } = parameters;
    if (nesterov && momentum === 0) {
      throw new UserError(
        "params/invalid",
        "Nesterov’s form looks ahead along a momentum, and there is none.",
        {
          where: "nesterov",
          todo: "Give a momentum, like 0.9.",
        },
      );
    }
    return sgd({ momentum, nesterov, weightDecay });
  }
  return adamW({
    beta1: parameters.beta1,
    beta2: parameters.beta2,
    epsilon: adamWDefaults.epsilon,
    weightDecay,
  });
}

/** @throws UserError "data/no-target", "training/rollout", "training/no-parameters", "model/inputs" */
function assertTrainable(model: Model, { path, targets }: DataSet, rollout: number): void {
  if (targets === "none") {
    throw new UserError("data/no-target", `${path} has no targets to learn.`, {
      where: path,
      todo: "Name the array that holds them (--target on the command line), or give trajectories.",
    });
  }
  if (rollout > 1 && targets !== "next state") {
    throw new UserError(
      "training/rollout",
      `${path} holds pairs, and a rollout of ${rollout} steps needs successive states.`,
      { where: "rollout", todo: "Give trajectories, or train single steps: rollout 1." },
    );
  }
  if (model.parameters.size === 0) {
    throw new UserError("training/no-parameters", `${model.path} has no parameter to train.`, {
      where: model.path,
      todo: "Export the network with its weights as parameters; noetherscope_export.py does.",
    });
  }
}

/** @throws UserError "data/shape", "model/inputs" */
function assertShapes(model: Model, network: Graph, { path, states }: DataSet): void {
  const inputs = dataInputs(network);
  const [input] = inputs;
  if (input === undefined || inputs.length > 1) {
    throw new UserError(
      "model/inputs",
      `${model.path} takes ${inputs.length} inputs (${inputs.map(inputName).join(", ")}); training feeds one.`,
      { where: model.path, todo: "Export it with a single input that holds the state." },
    );
  }
  const wanted = input.shape.slice(1);
  if (wanted.join() !== states.shape.join()) {
    throw new UserError(
      "data/shape",
      `A state in ${path} is [${states.shape.join(", ")}], but ${model.path} takes [${wanted.join(", ")}].`,
      {
        where: path,
        todo: "Check the order of its axes, and which array is the input (--axes, --input on the command line).",
      },
    );
  }
}

/** @throws UserError "group/unknown", "group/unfit" */
function movesOf(group: Group, data: DataSet): Course["moves"] {
  if (group.elements.length === 1) return null;
  const { fields, grid, path } = data;
  const outputFields = data.outputFields ?? fields;
  const fit = groupFits(group, fields, grid);
  if (!fit.fits || fields === undefined || outputFields === undefined) {
    const reason = fit.fits ? "it needs to know how the channels transform." : fit.reason;
    throw new UserError(
      "group/unfit",
      `${group.label} cannot move the samples of ${path}: ${reason.charAt(0).toLowerCase()}${reason.slice(1)}`,
      { where: "augment", todo: "Choose another group, or trivial." },
    );
  }
  return { group: group.elements, fields, outputFields };
}

/** A hash of a few samples, evenly strided. */
export async function fingerprint(data: DataSet): Promise<string> {
  const count = Math.min(KNOWN_BY, data.sampleCount);
  const indices = Array.from({ length: count }, (_, k) =>
    Math.floor((k * data.sampleCount) / count),
  );
  const { input, target } = await data.read(indices);
  return samplesSha256(target === undefined ? [input] : [input, target]);
}
