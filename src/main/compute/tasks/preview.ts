/** What an analysis would cost: samples, passes, memory, and the time that these take on this machine. */
import type { Preview } from "../../../shared/contract";
import type { AnalysisId } from "../../../shared/analyses";
import type { Element } from "../../../shared/groups/element";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { computations } from "../../analyses";
import type { RunInfo } from "../../analyses/context";
import {
  activationSize,
  multiplyAdds,
  sampleNetwork,
  type SampleNetwork,
} from "../../analyses/network";
import { paceOf, secondsOf, type Pace, type Runs } from "../../analyses/runs";
import { inputName } from "../../graph/ir";
import type { LossId } from "../../training/losses";
import { openExecutor, type Target } from "../../runtime/target";
import type { TaskContext } from "../task";
import type { Model } from "../../models";
import { openExperiment, placeOf, type Experiment } from "./experiment";
import type { AnalysisSpec } from "./spec";

/** With a network to time. */
type Trained = Experiment & { readonly model: Model };

export async function preview(
  spec: AnalysisSpec,
  { signal }: Pick<TaskContext, "signal">,
): Promise<Preview> {
  const start = performance.now();
  const opening = await openExperiment(spec);
  try {
    const { model } = opening;
    if (model === null) return await previewOfData(opening, spec);
    const experiment: Trained = { ...opening, model };
    const network = sampleNetwork(model);
    const opened = (performance.now() - start) / 1000;
    const { acting, fits, estimate, runs, verification } =
      computations[spec.analysis as AnalysisId];
    const [input, output] = [network.input, network.prediction].map(({ shape }) => shape.slice(1));
    fits?.(placeOf(experiment), input!, output!, experiment.parameters);
    const names =
      acting?.(placeOf(experiment), input!, output!, experiment.parameters) ??
      experiment.elements.map(({ id }) => id);
    const info = { ...costInfo(experiment, network), elements: names.length };
    const cost = estimate(info, spec.parameters);
    signal.throwIfAborted();
    // A run on the reference executor can be minutes long, and its time goes by operations.
    const seconds =
      runs === undefined || experiment.target.executor === "reference"
        ? cost.passes * (await secondsOfPass(experiment, network))
        : opened +
          (await secondsOfRuns(experiment, network, runs(info, spec.parameters), spec, signal));
    const checked = verification?.(info, spec.parameters) ?? { what: "", passes: 0 };
    const checking =
      checked.passes === 0
        ? 0
        : checked.passes * (await secondsOfPass({ ...experiment, target: reference }, network));
    return {
      samples: experiment.samples.length,
      elements: [...names],
      passes: cost.passes + checked.passes,
      memoryBytes: cost.memoryBytes,
      seconds: seconds + checking,
      atMost: cost.atMost !== undefined,
      notices: [
        ...experiment.notices,
        ...(await experiment.convention()),
        ...(cost.atMost === undefined ? [] : [cost.atMost]),
        ...(checking === 0
          ? []
          : [`Verifying recomputes ${checked.what} in float64: ${inWords(checking)} of the time.`]),
      ],
    };
  } finally {
    await opening.close();
  }
}

/** Operations a second of this program's own loops. */
const OWN_SPEED = 3e8;

/** Of an analysis without a network: what its own arithmetic takes. */
async function previewOfData(experiment: Experiment, spec: AnalysisSpec): Promise<Preview> {
  const { data, samples, memoryBytes, notices } = experiment;
  const state = data.states.shape;
  const { acting, estimate } = computations[spec.analysis as AnalysisId];
  const names = acting?.(placeOf(experiment), state, state, experiment.parameters) ?? [];
  const size = sizeOf(state);
  const cost = estimate(
    {
      samples: samples.length,
      elements: names.length,
      moving: 0,
      parameters: 0,
      inputSize: size,
      outputSize: size,
      work: 0,
      memoryBytes,
    },
    spec.parameters,
  );
  return {
    samples: samples.length,
    elements: [...names],
    passes: 0,
    memoryBytes: cost.memoryBytes,
    seconds: cost.flops / OWN_SPEED,
    atMost: cost.atMost !== undefined,
    notices: [...notices, ...(await experiment.convention())],
  };
}

/** Where results are verified. */
const reference: Target = { executor: "reference", device: "cpu", fallback: false };

function inWords(seconds: number): string {
  if (seconds < 1) return "under a second";
  return seconds < 90 ? `about ${Math.round(seconds)} s` : `about ${Math.round(seconds / 60)} min`;
}

function costInfo(experiment: Trained, network: SampleNetwork): RunInfo {
  const { samples, elements, model, memoryBytes, fields, outputFields, target, checkpoints } =
    experiment;
  const vectors = [fields, outputFields].every((spec) =>
    spec?.some(({ kind }) => kind === "vector"),
  );
  const moving = elements.filter(({ id }) => id !== "e");
  const parameters = [...model.parameters.values()];
  return {
    samples: samples.length,
    elements: elements.length,
    parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    inputSize: sizeOf(network.input.shape),
    outputSize: sizeOf(network.prediction.shape),
    work: multiplyAdds(network),
    memoryBytes,
    moving: moving.length,
    turning: vectors ? moving.filter(({ matrix }) => !isIdentity(matrix)).length : 0,
    activations: activationSize(network),
    width: target.executor === "reference" ? 8 : 4,
    drawn: fields !== null,
    checkpoints: checkpoints.length,
    trainings: new Set(checkpoints.map(({ series }) => series)).size,
  };
}

function isIdentity(matrix: Element["matrix"]): boolean {
  return matrix.every((row, i) => row.every((value, j) => value === (i === j ? 1 : 0)));
}

/** Measured paces by model, target, loss and program. */
const paces = new Map<string, Pace>();

async function secondsOfRuns(
  { model, target }: Trained,
  network: SampleNetwork,
  all: readonly Runs[],
  { parameters }: AnalysisSpec,
  signal: AbortSignal,
): Promise<number> {
  const loss = (parameters["loss"] ?? "mse") as LossId;
  const executor = openExecutor(target);
  try {
    const paced = [];
    for (const runs of all.filter(({ count }) => count > 0)) {
      signal.throwIfAborted();
      const { program, width } = runs;
      const key = `${target.executor} ${target.device} ${model.info.path} ${model.info.parameterCount} ${network.input.shape.join()} ${loss} ${program} ${width}`;
      const pace = paces.get(key) ?? (await paceOf(runs, executor, model, network, loss));
      paces.set(key, pace);
      paced.push({ runs, pace });
    }
    return secondsOf(paced);
  } finally {
    await executor.dispose();
  }
}

/** Measured speeds by model and target, for the window asks again with every change of its form. */
const measured = new Map<string, number>();
/** Spent on runs of one pass, in milliseconds. */
const ENOUGH = 500;
/** A run longer than this is not repeated, in milliseconds. */
const LONG = 2000;
/** Several samples at once, as analyses run them. */
const CHUNK = 4;

/** Seconds of one forward pass of one sample, measured on the network itself. */
async function secondsOfPass(experiment: Trained, network: SampleNetwork): Promise<number> {
  const { model, target } = experiment;
  const key = `${target.executor} ${target.device} ${model.info.path} ${model.info.parameterCount} ${network.input.shape.join()}`;
  const known = measured.get(key);
  if (known !== undefined) return known;
  const chunk = target.executor === "reference" ? 1 : CHUNK;
  const seconds = await measurePass(model.graph(chunk), model.parameters, target);
  measured.set(key, seconds / chunk);
  return seconds / chunk;
}

async function measurePass(
  graph: ReturnType<Model["graph"]>,
  parameters: ReadonlyMap<string, Tensor>,
  target: Target,
): Promise<number> {
  const executor = openExecutor(target);
  try {
    const program = await executor.compile(graph, { bind: parameters });
    const feeds = new Map(
      graph.inputs
        .filter((input) => program.inputs.includes(inputName(input)))
        .map((input): [string, Tensor] => {
          const { dtype, shape } = input;
          const data = new Float64Array(sizeOf(shape)).fill(0.5);
          return [
            inputName(input),
            { dtype: dtype === "float32" ? "float64" : dtype, shape, data },
          ];
        }),
    );
    // First runs also prepare and compile: a float64 one took three times the tenth's 20 ms. The least tells the pace.
    const begin = performance.now();
    let pace = Infinity;
    for (let run = 0; run < 2 || performance.now() - begin < ENOUGH; run++) {
      const start = performance.now();
      await program.run(feeds);
      pace = Math.min(pace, performance.now() - start);
      if (pace > LONG) break;
    }
    return pace / 1000;
  } finally {
    await executor.dispose();
  }
}
