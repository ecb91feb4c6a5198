/**
 * Discovery of continuous symmetries: among candidates X with action Y on the values, those with DF X = Y F on all
 * samples. For a network, a vector field or trajectories alone; candidates are linear or affine maps of the state, or
 * combinations of generators on fields. Otto et al. 2023, arXiv:2311.00212.
 */
import type { DiscoverParameters } from "../../../shared/analyses/discover";
import { UserError } from "../../../shared/errors";
import { sizeOf, toFloat64 } from "../../../shared/tensor";
import type { AnalysisResult, Computation, DataContext, ReportProgress } from "../context";
import { activationSize, checkSamples, sampleNetwork } from "../network";
import { nameOfSample } from "../orbit";
import type { Executor } from "../../runtime/executor";
import { RUN_BYTES } from "../samples";
import { candidatesOf, outputsOf } from "./choices";
import { discoverOnFields } from "./onFields";
import { discoverOnStates } from "./onStates";
import { familyOf } from "./families";
import { layoutOf } from "../../../shared/states/layout";

export const discover: Computation<DiscoverParameters, DataContext> = {
  compute,
  acting({ grid }, input, output, params) {
    const family = candidatesOf(params, grid !== null);
    if (family === "fields")
      return params.generators === "all" ? ["all"] : params.generators.split(",");
    const components = grid === null ? layoutOf(input, params.split).components : input[0]!;
    const { basis, shifts } = familyOf(family, components);
    outputsOf(params, sizeOf(input), sizeOf(output), shifts, null);
    return basis.map((_, k) => `${family} ${k + 1}`);
  },
  estimate: (info, params) => {
    // A Jacobian takes as many tangents as the state has numbers; pushed candidates one each and one for comparison.
    const pushed = params.candidates === "fields" || info.inputSize > 1000;
    const tangents = pushed ? info.elements + 1 : Math.min(info.elements, info.inputSize);
    const passes = info.samples * (1 + tangents);
    const numbers = info.samples * info.outputSize * (pushed ? 1 : info.inputSize);
    const gram = 2 * info.samples * info.elements ** 2 + 12 * info.elements ** 3;
    return {
      passes,
      memoryBytes: 8 * numbers + 24 * info.elements ** 2 + RUN_BYTES,
      flops: 2 * info.work * passes + gram,
    };
  },
};

/** Numbers that the reference executor makes in some seconds; fields have the grid's own error anyway. */
const QUICK = { states: 1e9, fields: 1e8 };

async function compute(
  context: DataContext,
  params: DiscoverParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { model, input, target, samples, grid } = context;
  const step = (fraction: number, stage: string): void => {
    signal.throwIfAborted();
    progress({ fraction, stage });
  };
  checkFinite(context);
  const family = candidatesOf(params, grid !== null);
  if (model === null) {
    if (family === "fields") {
      throw new UserError(
        "discover/fields-without-model",
        "Combinations of generators on fields are pushed through a network, and none is given.",
        { where: "model", todo: "Give one (--model on the command line), or choose affine." },
      );
    }
    return {
      ...(await discoverOnStates(context, family, params, null, step)),
      executor: "float64",
    };
  }
  const network = sampleNetwork(model);
  checkSamples(network, input, target, (i) => nameOfSample(samples[i]!));
  const onFields = family === "fields" || grid !== null;
  const directions = onFields ? 20 : sizeOf(network.input.shape);
  const work = activationSize(network) * samples.length * (1 + directions);
  const exact =
    params.executor === "auto" &&
    params.device === "cpu" &&
    work < QUICK[onFields ? "fields" : "states"];
  const executor: Executor = exact ? await context.reference() : context.executor;
  if (executor.id !== "reference") {
    context.notices.push(
      "Computed in float32: relative defects below 10⁻⁵ are rounding. The reference executor resolves smaller ones.",
    );
  }
  const result = onFields
    ? await discoverOnFields({ ...context, model }, family, params, executor, step)
    : await discoverOnStates({ ...context, model }, family, params, executor, step);
  return { ...result, executor: executor.description };
}

/** @throws UserError "data/not-finite" naming the sample */
function checkFinite({ input, target, samples }: DataContext): void {
  for (const [what, tensor] of Object.entries({ input, target })) {
    if (tensor === null) continue;
    const values = toFloat64(tensor);
    const at = values.findIndex((value) => !Number.isFinite(value));
    if (at < 0) continue;
    const name = nameOfSample(samples[Math.floor(at / (values.length / samples.length))]!);
    throw new UserError("data/not-finite", `The ${what} of ${name} holds ${values[at]!}.`, {
      where: name,
      todo: "Choose trajectories or times without it (--trajectories, --times on the command line).",
    });
  }
}
