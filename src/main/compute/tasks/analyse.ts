/** One run: opens model and data, computes, writes the run's folder whole or not at all. */
import { availableParallelism } from "node:os";
import packageJson from "../../../../package.json";
import type { AnalysisId } from "../../../shared/analyses";
import { RUN_FORMAT, type ArrayRecord, type RunRecord } from "../../../shared/run";
import { computations } from "../../analyses";
import type { AnalysisContext, AnalysisResult } from "../../analyses/context";
import { identify, samplesSha256 } from "../../data/identity";
import { showFieldSpec } from "../../../shared/fields/spec";
import type { Executor } from "../../runtime/executor";
import { createExecutor } from "../../runtime/executors";
import type { TaskContext } from "../compute";
import { assertWritable, writeRun } from "../runFolder";
import { openExperiment, type Experiment } from "./experiment";
import { checkParity } from "./parity";
import { definitionOf, type AnalysisSpec } from "./spec";

export interface AnalyseInput extends AnalysisSpec {
  readonly id: string;
  /** Where the run is written. */
  readonly folder: string;
}

/** @returns the record that was written; @throws UserError, or what `signal` throws: then nothing is written */
export async function analyse(
  input: AnalyseInput,
  { signal, progress }: TaskContext,
): Promise<RunRecord> {
  definitionOf(input.analysis);
  const started = new Date();
  const clock = performance.now();
  progress({ fraction: 0, stage: "Opening model and data" });
  await assertWritable(input.folder);
  const experiment = await openExperiment(input);
  const executors = new Executors();
  try {
    if (input.model.weights === null) {
      const { warnings } = await checkParity(experiment.model);
      experiment.notices.push(...warnings);
    }
    const { input: states, target, raw } = await experiment.read();
    signal.throwIfAborted();
    const executor = executors.get(experiment.executor);
    const context: AnalysisContext = {
      model: experiment.model,
      input: states,
      target,
      samples: experiment.samples,
      fields: experiment.fields,
      outputFields: experiment.outputFields,
      group: experiment.group,
      elements: experiment.elements,
      executor,
      reference: () => Promise.resolve(executors.get("reference")),
      memoryBytes: experiment.memoryBytes,
      notices: experiment.notices,
    };
    const { compute } = computations[input.analysis as AnalysisId];
    const result = await compute(context, input.parameters as never, progress, signal);
    signal.throwIfAborted();
    progress({ fraction: 1, stage: "Writing the run" });
    const record: RunRecord = {
      format: RUN_FORMAT,
      id: input.id,
      analysis: input.analysis,
      started: started.toISOString(),
      seconds: Math.round(performance.now() - clock) / 1000,
      parameters: {
        ...input.parameters,
        group: experiment.group.id,
        elements: experiment.elements.map(({ id }) => id),
      },
      ...(await origins(input, experiment, samplesSha256(raw))),
      device: "cpu",
      executor: executor.description,
      versions: { noetherscope: packageJson.version, node: process.versions.node },
      notices: context.notices,
      summary: result.summary,
      arrays: arrayRecords(result),
    };
    signal.throwIfAborted();
    const arrays = Object.entries(result.arrays).map(([name, { tensor }]) => [name, tensor]);
    await writeRun(input.folder, record, Object.fromEntries(arrays));
    return record;
  } finally {
    await executors.dispose();
    await experiment.close();
  }
}

/** Executors made when first asked for. */
class Executors {
  readonly #made = new Map<Executor["id"], Executor>();

  get(id: Executor["id"]): Executor {
    const made = this.#made.get(id) ?? createExecutor(id, { threads: availableParallelism() });
    this.#made.set(id, made);
    return made;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#made.values()].map((executor) => executor.dispose()));
  }
}

async function origins(
  { model, data }: AnalysisSpec,
  experiment: Experiment,
  sha256: string,
): Promise<Pick<RunRecord, "model" | "data">> {
  const [modelFile, weights, dataFile] = await Promise.all([
    identify(model.path),
    model.weights === null ? null : identify(model.weights),
    identify(data.path),
  ]);
  return {
    model: { ...modelFile, weights, parameters: experiment.model.info.parameterCount },
    data: {
      ...dataFile,
      fields: experiment.fields === null ? "" : showFieldSpec(experiment.fields),
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
