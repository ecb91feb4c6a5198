/**
 * Lie derivative L_X f(x) = Df(x)[X x] − X f(x) of each sample and generator, by one Jacobian–vector product each, in one
 * step or along a rollout; beside it the grid's own error, what rounding leaves, and the data's own. Gruver et al. 2023,
 * arXiv:2210.02984.
 */
import type { LieDerivativeParameters } from "../../../shared/analyses/lieDerivative";
import type { AnalysisResult, Computation, DataContext, ReportProgress } from "../context";
import { RUN_BYTES } from "../samples";
import { dataArrays } from "./arrays";
import { checkStates, checkStep, dataNotices } from "./checks";
import { dataDerivative } from "./fitted";
import { ofNetwork } from "./ofNetwork";
import { sidesOf } from "./sides";
import { dataSummary } from "./summary";

export const lieDerivative: Computation<LieDerivativeParameters, DataContext> = {
  compute,
  fits: (_, input, output, { steps }) => {
    checkStep(input, output, steps);
  },
  acting(place, input, output, params) {
    const sides = sidesOf(place, params, input, output);
    sides.output(1);
    return sides.generators.map(({ id }) => id);
  },
  estimate: (info, params) => {
    // A tangent costs about what a forward pass does; by layer there is one more of them a layer.
    const followed = Math.min(params.layers, info.samples) * info.elements * USUAL_LAYERS;
    const finite = params.finite === 0 ? 0 : info.samples * (1 + info.elements);
    const passes = info.samples * (1 + info.elements) * params.steps + followed + finite;
    const states = info.samples * info.outputSize * 4;
    const fit = params["with-data"] || info.work === 0 ? FIT_WORK : 0;
    return {
      passes,
      memoryBytes: 2 * states + RUN_BYTES,
      flops: 2 * info.work * passes + fit,
    };
  },
};

/** Layers that a network of the size at hand has; they are counted only when it is taken apart. */
const USUAL_LAYERS = 30;
/** Operations of a fit to data: some seconds, whatever the data. */
const FIT_WORK = 2e9;

async function compute(
  context: DataContext,
  params: LieDerivativeParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { model } = context;
  if (model !== null) return ofNetwork({ ...context, model }, params, progress, signal);
  checkStates(context);
  const found = await dataDerivative(context, params, () => {
    signal.throwIfAborted();
    progress({ fraction: 0.5, stage: "Fitting the data’s own dynamics" });
  });
  context.notices.push(...dataNotices(found));
  return {
    summary: dataSummary(context, params, found),
    arrays: dataArrays(params, found, context.samples.length),
    executor: "float64",
  };
}
