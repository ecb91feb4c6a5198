/** Coherence, equivariance and loss of several networks on the same samples, and how coherence goes with loss. */
import type { CoherenceParameters } from "../../../shared/analyses/coherence";
import type { ComparisonParameters } from "../../../shared/analyses/comparison";
import { UserError } from "../../../shared/errors";
import { sizeOf } from "../../../shared/tensor";
import { aggregate } from "../aggregate";
import type { AnalysisContext, Computation, ReportProgress, ResultArray } from "../context";
import { correlations } from "../correlation";
import { tensorOf } from "../orbit";
import {
  overall,
  readingCost,
  readingQuantities,
  readingRuns,
  Readings,
  within,
  type Reading,
  type ReadingQuantity,
  type Subject,
} from "../readings";

interface Compared {
  readonly name: string;
  /** Trained numbers. */
  readonly parameters: number;
  readonly reading: Reading;
}

/** @param coherence what computes one network */
export function comparison(
  coherence: Computation<CoherenceParameters>,
): Computation<ComparisonParameters> {
  return {
    async compute(context, params, progress, signal) {
      const subjects = await subjectsOf(context);
      const readings = new Readings(coherence, context, params, signal);
      const compared = await readAll(context, subjects, readings, progress);
      context.notices.push(...readings.notices());
      return {
        summary: {
          ...summaryOf(context, params.seed, compared),
          kept: readings.found,
          ...(params.verify === 0
            ? {}
            : { verified: await readings.verified(subjects[0]!, params.verify, progress) }),
        },
        arrays: arraysOf(context, compared),
      };
    },
    verification: (info, params) => coherence.verification!(info, { ...params, sweep: "none" }),
    estimate: (info, params) => readingCost(coherence, info, params, countOf(info)),
    runs: (info, params) => readingRuns(coherence, info, params, countOf(info)),
  };
}

/** As though the others were like the model: they are not opened to say what they cost. */
function countOf({ checkpoints = 0 }: { readonly checkpoints?: number }): number {
  return Math.max(1, checkpoints);
}

/** The model first, then the others; the same network twice is one. */
async function subjectsOf(context: AnalysisContext): Promise<Subject[]> {
  const { name = "the model", identity, model, checkpoints = [] } = context;
  const own: Subject = {
    name,
    open: () => Promise.resolve(model),
    ...(identity === undefined ? {} : { identity }),
  };
  const mine = await identity?.();
  const others: Subject[] = [];
  for (const one of checkpoints) {
    if (mine === undefined || (await one.identity?.()) !== mine) others.push(one);
  }
  return [own, ...others];
}

/**
 * Those that do not fit the data are left out with a word.
 * @throws UserError "comparison/one-model"
 */
async function readAll(
  context: AnalysisContext,
  subjects: readonly Subject[],
  readings: Readings,
  progress: ReportProgress,
): Promise<Compared[]> {
  const compared: Compared[] = [];
  for (const [k, subject] of subjects.entries()) {
    try {
      const network = await subject.open();
      const parameters = [...network.parameters.values()].reduce(
        (sum, { shape }) => sum + sizeOf(shape),
        0,
      );
      const opened: Subject = { ...subject, open: () => Promise.resolve(network) };
      const reading = await readings.of(opened, within(progress, k, subjects.length, subject.name));
      compared.push({ name: subject.name, parameters, reading });
    } catch (error) {
      if (!(error instanceof UserError) || !UNFIT.test(error.code)) throw error;
      if (k === 0) throw error;
      context.notices.push(`${subject.name} is left out: ${error.message}`);
    }
  }
  if (compared.length >= 2) return compared;
  throw new UserError(
    "comparison/one-model",
    `There is nothing to compare ${subjects[0]!.name} with${subjects.length > 1 ? `: ${subjects.length - 1} other networks do not fit these data` : ""}.`,
    {
      where: "checkpoints",
      todo: "Name other networks or weights (--checkpoints on the command line).",
    },
  );
}

/** What says that a network is for other data. */
const UNFIT = /^(data\/shape|model\/|weights\/|onnx\/)/;

function summaryOf(
  { group, elements, samples }: AnalysisContext,
  seed: number,
  compared: readonly Compared[],
): Record<string, unknown> {
  const points = compared.map(({ name, reading }) => {
    const { coherence, loss } = overall(reading, elements);
    return { name, coherence, loss };
  });
  const each = compared.map(({ reading }) =>
    aggregate(group, elements, samples, { ...reading }, seed),
  );
  return {
    models: compared.map(({ name, parameters }, k) => ({
      name,
      parameters,
      loss: points[k]!.loss,
      coherence: points[k]!.coherence,
      elements: each[k]!.elements,
      subgroups: each[k]!.subgroups,
    })),
    /** Of the model itself, so that it reads as a coherence does. */
    ...each[0]!,
    generalisation: correlations(
      points.map(({ coherence, loss }) => ({ x: Math.log10(loss), y: coherence, family: "" })),
      seed,
    ),
  };
}

/** Arrays [M, G, N]. */
function arraysOf(
  { elements, samples }: AnalysisContext,
  compared: readonly Compared[],
): Record<string, ResultArray> {
  const size = elements.length * samples.length;
  const of = (name: ReadingQuantity): Float64Array => {
    const all = new Float64Array(compared.length * size);
    compared.forEach(({ reading }, m) => {
      all.set(reading[name], m * size);
    });
    return all;
  };
  return {
    ...Object.fromEntries(
      (Object.keys(readingQuantities) as ReadingQuantity[]).map((name) => [
        `model_${name}`,
        {
          tensor: tensorOf(of(name), [compared.length, elements.length, samples.length]),
          axes: ["model", "element", "sample"],
          ...readingQuantities[name],
        },
      ]),
    ),
    parameters: {
      tensor: tensorOf(
        Float64Array.from(compared, ({ parameters }) => parameters),
        [compared.length],
      ),
      axes: ["model"],
      unit: "",
      description: "Trained numbers of each network",
    },
  };
}
