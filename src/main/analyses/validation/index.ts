/**
 * Influence validated: for each sample and element the change of the loss at g·x that a step on x makes, beside what
 * influence predicts. The step's length follows from the share of C_x that it should take away, so that samples with
 * large and small losses are asked alike.
 */
import {
  parseSteps,
  type InfluenceValidationParameters,
} from "../../../shared/analyses/influenceValidation";
import { UserError } from "../../../shared/errors";
import { sizeOf } from "../../../shared/tensor";
import type { LossId } from "../../training/losses";
import type {
  AnalysisContext,
  AnalysisResult,
  Computation,
  CostInfo,
  ReportProgress,
  ResultArray,
} from "../context";
import type { Direction } from "../directions";
import { Gradients, type Columns } from "../gradients";
import { LongProducts } from "../longProducts";
import { activationSize, checkSamples, sampleNetwork } from "../network";
import { image, nameOfSample, tensorOf } from "../orbit";
import { RUN_BYTES, samplesPerRun } from "../samples";
import { Tangents } from "../tangents";
import {
  adamFactors,
  against,
  column,
  preconditioners,
  spanSteps,
  type Preconditioner,
} from "./directions";
import { Measurement } from "./measurement";
import { spanProducts } from "./products";
import { fits } from "./summary";
import { verifySteps, wantedEntries } from "./verify";

/** What float32 leaves of an inner product of gradients, as coherence measures it: between 1e-8 and this. */
const FLOAT32_ROUNDING = 1e-7;

/** Forward passes that a gradient and a tangent count as. */
const GRADIENT = 3;
const TANGENT = 2;

export const influenceValidation: Computation<InfluenceValidationParameters> = {
  compute,
  estimate(info, params) {
    const { samples: n } = info;
    const points = info.moving + 1;
    const used = chosen(params);
    const metric = used.includes("metric");
    const sizes = 1 + parseSteps(params.steps)!.length;
    const passes =
      n * points * (GRADIENT + (metric ? n * TANGENT : 0)) + used.length * sizes * n * points;
    return { passes, memoryBytes: memoryOf(info, metric), flops: 2 * info.work * passes };
  },
  verification: (_, { verify }) => ({ what: `${verify} measured changes`, passes: 2 * verify }),
};

function chosen({ preconditioner }: InfluenceValidationParameters): Preconditioner[] {
  return preconditioners.filter((one) => preconditioner === "all" || preconditioner === one);
}

/** Gradients at x and at one image, and what the metric needs of them. */
function memoryOf(
  { samples: n, parameters, outputSize }: Pick<CostInfo, "samples" | "parameters" | "outputSize">,
  metric: boolean,
  width = 4,
): number {
  return RUN_BYTES + 2 * n * width * (parameters + (metric ? n * outputSize : 0));
}

async function compute(
  context: AnalysisContext,
  params: InfluenceValidationParameters,
  progress: ReportProgress,
  signal: AbortSignal,
): Promise<AnalysisResult> {
  const { model, executor, elements, input, target, samples } = context;
  const network = sampleNetwork(model);
  checkSamples(network, input, target, (i) => nameOfSample(samples[i]!));
  const loss = params.loss as LossId;
  const used = chosen(params);
  const shares = parseSteps(params.steps)!;
  const n = samples.length;
  const width = executor.id === "reference" ? 8 : 4;
  const parameters = network.parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const outputSize = sizeOf(network.prediction.shape);
  checkMemory(
    context,
    memoryOf({ samples: n, parameters, outputSize }, used.includes("metric"), width),
  );
  const orbit = elements.map((element) => ({
    input: image(element, input, context.fields),
    target: image(element, target, context.outputFields),
  }));

  progress({ fraction: 0, stage: "Preparing the graphs" });
  const activations = activationSize(network);
  const gradients = await Gradients.compile(
    executor,
    model,
    network,
    loss,
    samplesPerRun(n, activations + 2 * parameters),
    context.memoryBytes / 2,
  );
  if (gradients.remark !== null) context.notices.push(gradients.remark);
  const tangents = used.includes("metric")
    ? await Tangents.compile(executor, model, network, samplesPerRun(n, activations))
    : null;
  const wanted = wantedEntries(
    params.verify,
    used.length * shares.length * elements.length * n,
    params.seed,
  );
  const measurement = await Measurement.prepare(
    context,
    network,
    loss,
    used.length,
    shares,
    orbit,
    wanted,
  );
  const products = new LongProducts(executor);
  let done = 0;
  const step = (stage: string) => (): void => {
    signal.throwIfAborted();
    progress({ fraction: 0.05 + (0.9 * done) / (used.length * n * elements.length), stage });
  };

  const own = await gradients.of(input, target, 0, n, step("Gradients at x"));
  checkFinite(own.loss, (i) => nameOfSample(samples[i]!));
  const kets = own.columns;
  const pushed = (await tangents?.push(kets, input, step("Tangents of x"))) ?? null;
  const factors = used.includes("adamw") ? adamFactors(kets) : undefined;
  const along = (p: Preconditioner, i: number): Direction =>
    column(kets, i, p === "adamw" ? factors : undefined);
  const take = async (
    p: Preconditioner,
    sample: number,
    at: readonly number[],
    direction: Direction,
    cross: readonly number[],
  ): Promise<void> => {
    await measurement.take(
      {
        along: used.indexOf(p),
        sample,
        elements: at,
        direction,
        self: against(direction, kets, sample),
        cross,
      },
      own.loss[sample]!,
      step(`Steps on ${nameOfSample(samples[sample]!)}`),
    );
    done += at.length;
  };

  /** What steps that do not hang on the element do to each element's loss [G, N]. */
  const free = used.filter((p) => p !== "metric");
  const crosses = new Map(free.map((p) => [p, new Float64Array(elements.length * n)]));
  for (const [g, element] of elements.entries()) {
    const of = orbit[g]!;
    const at = `Gradients at ${element.label}·x`;
    const bras: Columns =
      element.id === "e" ? kets : (await gradients.of(of.input, of.target, 0, n, step(at))).columns;
    for (const p of free) {
      for (let i = 0; i < n; i++) crosses.get(p)![g * n + i] = against(along(p, i), bras, i);
    }
    if (tangents === null) continue;
    const images =
      bras === kets
        ? []
        : [await tangents.push(bras, input, step(`Tangents of ${element.label}·x`))];
    const through = spanSteps(
      await spanProducts(
        products,
        bras === kets ? [kets] : [kets, bras],
        [pushed!, ...images],
        n * outputSize,
      ),
      {
        ridge: params.ridge,
        energy: params.energy,
        rounding: width === 8 ? 0 : FLOAT32_ROUNDING,
      },
    );
    for (let i = 0; i < n; i++) {
      const direction = through(i);
      await take("metric", i, [g], direction, [against(direction, bras, i)]);
    }
  }
  const everywhere = [...elements.keys()];
  for (const p of free) {
    for (let i = 0; i < n; i++) {
      const cross = everywhere.map((g) => crosses.get(p)![g * n + i]!);
      await take(p, i, everywhere, along(p, i), cross);
    }
  }
  await gradients.dispose();
  await tangents?.dispose();
  await products.dispose();
  await measurement.dispose();
  const verifying = step("Verifying steps in float64");
  const verified =
    params.verify === 0
      ? {}
      : {
          verified: await verifySteps(context, network, loss, orbit, measurement.taken, verifying),
        };
  return {
    summary: {
      samples: n,
      preconditioners: used,
      steps: shares,
      fits: fits(elements, { used, shares, ...measurement }),
      ...verified,
    },
    arrays: arraysOf(measurement, shares),
  };
}

/** @throws UserError "validation/memory" */
function checkMemory({ samples, memoryBytes }: AnalysisContext, needed: number): void {
  if (needed <= memoryBytes) return;
  const megabytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20);
  throw new UserError(
    "validation/memory",
    `The gradients of ${samples.length} samples and their images take ${megabytes(needed)} MB together, and ${megabytes(memoryBytes)} are allowed.`,
    {
      where: "samples",
      todo: "Take fewer samples, allow more memory, or step without the metric.",
    },
  );
}

/** @throws UserError "model/not-finite" */
function checkFinite(losses: Float64Array, nameOf: (sample: number) => string): void {
  const bad = losses.findIndex((loss) => !Number.isFinite(loss));
  if (bad < 0) return;
  throw new UserError(
    "model/not-finite",
    `The model's loss at ${nameOf(bad)} is ${losses[bad]}, so there is no step to take.`,
    { where: nameOf(bad), todo: "Leave the sample out, or check weights and normalisation." },
  );
}

function arraysOf(
  { shape, predicted, measured, epsilon, base }: Measurement,
  shares: readonly number[],
): Record<string, ResultArray> {
  const axes = ["preconditioner", "step", "element", "sample"];
  const array = (values: Float64Array, unit: string, description: string): ResultArray => ({
    tensor: tensorOf(values, shape),
    axes,
    unit,
    description,
  });
  return {
    predicted: array(predicted, "loss", "−ε ⟨∇ℓ(g·x_i), P ∇ℓ(x_i)⟩"),
    measured: array(measured, "loss", "Change of ℓ(g·x_i) by the step −ε P ∇ℓ(x_i)"),
    epsilon: array(epsilon, "", "Length ε of the step"),
    loss: {
      tensor: tensorOf(base, shape.slice(2)),
      axes: axes.slice(2),
      unit: "loss",
      description: "ℓ(g·x_i) before any step",
    },
    step: {
      tensor: tensorOf(Float64Array.from(shares), [shares.length]),
      axes: ["step"],
      unit: "1",
      description: "Share of ℓ(x_i) that the step should take away",
    },
  };
}
