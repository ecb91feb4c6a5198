/** One run: opens model and data, computes, writes the run's folder whole or not at all. */
import { dirname, join } from "node:path";
import packageJson from "../../../../package.json";
import type { AnalysisId } from "../../../shared/analyses";
import type { Tensor } from "../../../shared/tensor";
import { RUN_FORMAT, type ArrayRecord, type RunRecord } from "../../../shared/run";
import { computations } from "../../analyses";
import type { AnalysisContext, AnalysisResult, DataContext, Share } from "../../analyses/context";
import { identify, samplesSha256 } from "../../data/identity";
import { showFieldSpec } from "../../../shared/fields/spec";
import type { Executor } from "../../runtime/executor";
import { createExecutor } from "../../runtime/executors";
import { openExecutor, remarksOf, type Target } from "../../runtime/target";
import { changesNothing } from "../../models/prepared";
import type { TaskContext } from "../task";
import { KEPT_FOLDER, keptParts, timedParts, type TimedParts } from "../keptParts";
import { assertWritable, writeRun } from "../runFolder";
import { identities } from "./checkpoints";
import { errorNotice } from "./errorNotice";
import { openExperiment, placeOf, stampOf, type Experiment } from "./experiment";
import { networkName } from "./networkName";
import { checkParity } from "./parity";
import { recordOfNormalisation } from "./preparation";
import { definitionOf, type AnalysisSpec } from "./spec";
import { withKnownSymmetry } from "./statedSymmetry";

export interface AnalyseInput extends AnalysisSpec {
  readonly id: string;
  /** Where the run is written. */
  readonly folder: string;
  /** Of the choice of the device. */
  readonly notices?: readonly string[];
  /** Its parts were computed in shares: it took the time of these as well. */
  readonly shared?: boolean;
}

const OPENING = "Opening model and data";

/** @returns the record that was written; @throws UserError, or what `signal` throws: then nothing is written */
export async function analyse(input: AnalyseInput, task: TaskContext): Promise<RunRecord> {
  const { signal, progress } = task;
  const started = new Date();
  const clock = performance.now();
  return prepared(input, task, async ({ context, experiment, kept }) => {
    const { compute } = computations[input.analysis as AnalysisId];
    context.notices.push(
      ...(await errorNotice(
        { ...experiment, analysis: input.analysis },
        context,
        context.executor,
      )),
    );
    progress({ fraction: 0, stage: OPENING, notices: [...context.notices] });
    const result = await compute(context, experiment.parameters as never, progress, signal);
    signal.throwIfAborted();
    progress({ fraction: 1, stage: "Writing the run" });
    context.notices.push(...remarksOf(context.executor));
    const record: RunRecord = {
      format: RUN_FORMAT,
      id: input.id,
      analysis: input.analysis,
      started: started.toISOString(),
      seconds:
        Math.round(
          performance.now() - clock + (input.shared === true ? 1000 * kept.seconds() : 0),
        ) / 1000,
      parameters: {
        ...experiment.parameters,
        ...(experiment.parameters["group"] === undefined
          ? {}
          : {
              group: experiment.group.id,
              elements: experiment.elements.map(({ id }) => id),
            }),
      },
      ...(await origins(input, experiment, sha256Of(context))),
      ...preparedBy(experiment),
      device: experiment.target.device ?? "cpu",
      executor: result.executor ?? context.executor.description,
      versions: { noetherscope: packageJson.version, node: process.versions.node },
      notices: withKnownSymmetry(context.notices, experiment.data, experiment.elements),
      summary: result.summary,
      arrays: arrayRecords(result),
    };
    signal.throwIfAborted();
    const arrays = Object.entries(result.arrays).map(([name, { tensor }]) => [name, tensor]);
    await writeRun(input.folder, record, Object.fromEntries(arrays));
    return record;
  });
}

/**
 * One share of a run that is made of parts, kept beside where the run will be.
 * @returns how many parts the share has; null where the analysis is not made of parts, and nothing was done
 * @throws UserError, or what `signal` throws: the parts that were finished stay
 */
export async function analyseShare(
  { share, ...input }: AnalyseInput & { readonly share: Share },
  task: TaskContext,
): Promise<number | null> {
  const { share: compute } = computations[input.analysis as AnalysisId];
  if (compute === undefined) return null;
  return prepared(input, task, ({ context, experiment }) =>
    compute(context, experiment.parameters as never, share, task.progress, task.signal),
  );
}

/**
 * Names of the parts of a run that no share has computed yet; null where the analysis is not made of parts.
 */
export async function missingParts(
  input: AnalyseInput,
  task: TaskContext,
): Promise<readonly string[] | null> {
  const { missing } = computations[input.analysis as AnalysisId];
  if (missing === undefined) return null;
  return prepared(input, task, ({ context, experiment }) =>
    missing(context, experiment.parameters as never, task.signal),
  );
}

interface Prepared {
  /** Model and targets are missing only where the analysis can do without: opening and reading have seen to that. */
  readonly context: AnalysisContext;
  readonly experiment: Experiment;
  readonly kept: TimedParts;
}

/** Opens what an analysis works on for as long as `use` takes. */
async function prepared<T>(
  input: AnalyseInput,
  { signal, progress }: TaskContext,
  use: (prepared: Prepared) => Promise<T>,
): Promise<T> {
  definitionOf(input.analysis);
  const kept = timedParts(keptParts(join(dirname(input.folder), KEPT_FOLDER)), performance.now());
  progress({ fraction: 0, stage: OPENING });
  await assertWritable(input.folder);
  const experiment = await openExperiment(input);
  experiment.notices.push(...(input.notices ?? []));
  const executors = new Executors(experiment.target);
  try {
    const { model, asFiled } = experiment;
    if (asFiled !== null && input.model?.weights === null) {
      const { warnings } = await checkParity(asFiled);
      experiment.notices.push(...warnings);
    }
    const { input: states, target } = await experiment.read();
    experiment.notices.push(...(await experiment.convention()));
    signal.throwIfAborted();
    const context: DataContext = {
      model,
      input: states,
      target,
      samples: experiment.samples,
      ...(experiment.later === null ? {} : { later: experiment.later }),
      ...placeOf(experiment),
      sidesAssumed: experiment.data.spacing === null,
      checkpoints: experiment.checkpoints,
      ...(asFiled === null
        ? {}
        : { name: await networkName(asFiled.path, input.model?.weights ?? null) }),
      identity: () => identityOf(input, experiment),
      kept,
      group: experiment.group,
      elements: experiment.elements,
      executor: executors.chosen,
      reference: () => Promise.resolve(executors.reference),
      memoryBytes: experiment.memoryBytes,
      notices: experiment.notices,
    };
    return await use({ context: context as AnalysisContext, experiment, kept });
  } finally {
    await executors.dispose();
    await experiment.close();
  }
}

function sha256Of({ input, target }: { input: Tensor; target: Tensor | null }): string {
  return samplesSha256(target === null ? [input] : [input, target]);
}

async function identityOf(
  { model }: AnalysisSpec,
  { data, preparation }: Experiment,
): Promise<string> {
  const files =
    model === null ? [] : [model.path, ...(model.weights === null ? [] : [model.weights])];
  return `${await identities(data.states.shape)(files)}${stampOf(preparation)}`;
}

/** What is stated beside the model's file, in numbers; nothing where nothing is. */
function preparedBy({ model, preparation }: Experiment): Pick<RunRecord, "preparation"> {
  if (model === null || changesNothing(preparation)) return {};
  const { normalisation, predicts, padding } = preparation;
  return {
    preparation: {
      normalisation: normalisation === null ? null : recordOfNormalisation(normalisation),
      predicts,
      padding:
        padding === null ? null : { ...padding, cells: padding.cells.map((one) => ({ ...one })) },
    },
  };
}

/** What the analysis computes with and the reference, each made when first asked for. */
class Executors {
  readonly #target: Target;
  #chosen: Executor | null = null;
  #reference: Executor | null = null;

  constructor(target: Target) {
    this.#target = target;
  }

  get chosen(): Executor {
    return (this.#chosen ??= openExecutor(this.#target));
  }

  get reference(): Executor {
    if (this.#target.executor === "reference") return this.chosen;
    return (this.#reference ??= createExecutor("reference"));
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#chosen?.dispose(), this.#reference?.dispose()]);
  }
}

async function origins(
  { model, data }: AnalysisSpec,
  experiment: Experiment,
  sha256: string,
): Promise<Pick<RunRecord, "model" | "data">> {
  const [modelFile, weights, dataFile] = await Promise.all([
    model === null ? null : identify(model.path),
    typeof model?.weights === "string" ? identify(model.weights) : null,
    identify(data.path),
  ]);
  return {
    model:
      modelFile === null || experiment.model === null
        ? null
        : { ...modelFile, weights, parameters: experiment.model.info.parameterCount },
    data: {
      ...dataFile,
      fields: experiment.fields === null ? "" : showFieldSpec(experiment.fields),
      ...(Object.keys(experiment.data.units).length === 0
        ? {}
        : { units: { ...experiment.data.units } }),
      samplesSha256: sha256,
      samples: experiment.samples.map((sample) => ({ ...sample })),
    },
  };
}

function arrayRecords({ arrays }: AnalysisResult): Record<string, ArrayRecord> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, { tensor, axes, unit, description }]) => [
      name,
      { shape: [...tensor.shape], dtype: tensor.dtype, axes: [...axes], unit, description },
    ]),
  );
}
