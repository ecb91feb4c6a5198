/** The Lie derivative of a network: pushed along all generators at once, then whatever stands beside it in the run. */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import type { AnalysisResult, ReportProgress, StatesContext } from "../context";
import { checkSamples, sampleNetwork, type SampleNetwork } from "../network";
import { nameOfSample, slice } from "../orbit";
import { Pushforward, runSize, type RunSize } from "../pushforward";
import { calibrateGrid } from "./aliasing";
import { arraysOf } from "./arrays";
import { checkpointErrors } from "./checkpoints";
import { checkStep, noticesOf } from "./checks";
import { lieSteps } from "./derivative";
import { exchangeErrors } from "./exchanges";
import { finiteErrors } from "./finite";
import { dataDerivative, type DataDerivative } from "./fitted";
import { KeptLieFields } from "./keptFields";
import { kindOf } from "./kind";
import { layerContributions } from "./layers";
import { Measure } from "./measure";
import { comparable, type Beside, type LieNumbers } from "./numbers";
import { nothingBroken, RESOLVED } from "./resolved";
import { aboveConstants, roundingOf } from "./rounding";
import { sidesOf, type Sides } from "./sides";
import { summaryOf } from "./summary";
import { verifyLieErrors } from "./verify";

export async function ofNetwork(
  context: StatesContext,
  params: LieDerivativeParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { model, executor, input, target, samples } = context;
  const { steps } = params;
  const network = sampleNetwork(model);
  checkSamples(network, input, target, (i) => nameOfSample(samples[i]!));
  const shape = input.shape.slice(1);
  const outputShape = network.prediction.shape.slice(1);
  checkStep(shape, outputShape, steps);
  const kind = await kindOf(context, params, network);
  const sides = sidesOf(context, params, shape, outputShape, kind);
  // First, for data that have no dynamics refuse it.
  const fitted = params["with-data"]
    ? await dataBeside(context, params, sides, () => {
        signal.throwIfAborted();
        progress({ fraction: 0, stage: "Fitting the data’s own dynamics" });
      })
    : null;
  const n = samples.length;
  const size = runSize(network, n, sides.generators.length, context.memoryBytes);
  progress({ fraction: 0, stage: "Preparing the network" });
  const pushforward = await Pushforward.compile(executor, model, network, size);
  const runs = Math.ceil(n / size.samples) * pushforward.runs(1, sides.generators.length) * steps;
  let done = 0;
  const before = (): void => {
    signal.throwIfAborted();
    progress({ fraction: done++ / runs, stage: "Pushing the generators through the network" });
  };
  const measure = new Measure(context, params, sides, outputShape);
  const kept = new KeptLieFields(context, sides.generators.length, outputShape);
  try {
    for (let first = 0; first < n; first += size.samples) {
      const states = slice(input, first, Math.min(size.samples, n - first));
      let k = 0;
      for await (const step of lieSteps(pushforward, sides, states, outputShape, steps, before)) {
        measure.add(first, k, step);
        if (k === 0) kept.add(first, step);
        k++;
      }
      measure.addGrid(first, states);
    }
  } finally {
    await pushforward.dispose();
  }
  const calibrated = await calibrateGrid(context, network, sides, measure.numbers, () => {
    signal.throwIfAborted();
  });
  if (calibrated !== null) context.notices.push(calibrated);
  const beside = await besideOf(
    context,
    params,
    network,
    sides,
    size,
    measure.numbers,
    fitted,
    signal,
    progress,
  );
  const layers =
    params.layers === 0
      ? null
      : await layerContributions(context, network, sides, params.layers, signal, progress);
  const numbers = nothingBroken(measure.numbers, beside.rounding.floor, RESOLVED);
  context.notices.push(...noticesOf(context, params, sides, numbers, beside));
  const verified =
    params.verify === 0
      ? {}
      : {
          verified: await verifyLieErrors(context, params, sides, numbers.error, signal, progress),
        };
  return {
    summary: { ...summaryOf(context, params, sides, numbers, layers, beside), ...verified },
    arrays: {
      ...arraysOf(params, sides, numbers, n, beside),
      ...layers?.arrays,
      ...kept.arrays(),
    },
  };
}

/** What a run shows beside the Lie derivative itself, as far as it is asked for. */
async function besideOf(
  context: StatesContext,
  params: LieDerivativeParameters,
  network: SampleNetwork,
  sides: Sides,
  size: RunSize,
  numbers: LieNumbers,
  fitted: DataDerivative | null,
  signal: AbortSignal,
  progress: ReportProgress,
): Promise<Beside> {
  const { checkpoints = [] } = context;
  const at = (stage: string) => (fraction?: number) => {
    signal.throwIfAborted();
    progress({ fraction: fraction ?? 0.9, stage });
  };
  const computed = await roundingOf(context, params, network, sides, at("Measuring rounding"));
  const rounding = aboveConstants(computed, context.model, numbers);
  const exchanges = params.exchanges
    ? await exchangeErrors(context, network, sides, at("Exchanging particles"))
    : null;
  const finite =
    params.finite === 0
      ? null
      : await finiteErrors(
          context,
          network,
          sides,
          params.finite,
          params.disc,
          at("Moving the states"),
        );
  const series =
    checkpoints.length === 0
      ? null
      : await checkpointErrors(
          context,
          params,
          network.prediction.shape.slice(1),
          sides,
          size,
          checkpoints,
          at("Checkpoints"),
        );
  const dt = params.dt > 0 ? params.dt : (context.dt ?? 1);
  const data = fitted === null ? null : comparable(fitted, sides.kind, numbers.outputNorm, dt);
  return { rounding, exchanges, finite, checkpoints: series, data };
}

/** Fitted to what the network predicts, where that is the data's next states or rates. */
function dataBeside(
  context: StatesContext,
  params: LieDerivativeParameters,
  { kind, layout }: Sides,
  step: () => void,
): Promise<DataDerivative> {
  const asked = layout === null || context.later === undefined ? params.prediction : kind;
  return dataDerivative(context, { ...params, prediction: asked }, step);
}
