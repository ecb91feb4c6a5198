/** Analyses: what one would cost, starting one, and the jobs that come of it. */
import type { AnalysisRequest } from "../../../shared/contract";
import { executorNamed, type Devices } from "../../compute/devices";
import { checkedParameters, definitionOf, type AnalysisSpec } from "../../compute/tasks/spec";
import { newRunId } from "../runId";
import type { Handlers, Services } from "../services";
import type { OpenStudy } from "../study/openStudy";

export function analysisHandlers({
  compute,
  devices,
  jobs,
  studies,
}: Services): Pick<
  Handlers,
  "analysis.preview" | "analysis.start" | "jobs.list" | "jobs.cancel" | "jobs.dismiss" | "jobs.move"
> {
  return {
    "analysis.preview": async ({ study: path, request }) => {
      const study = await studies.get(path);
      const spec = specOf(study, request);
      await studies.look(study, entriesOf(request));
      return compute.call("preview", (await settled(spec, devices)).spec);
    },
    "analysis.start": async ({ study: path, request }) => {
      const study = await studies.get(path);
      await study.assertWritable();
      const spec = specOf(study, request);
      // Its run will be marked stale in the end where a file has changed; who starts it sees that now.
      await studies.look(study, entriesOf(request));
      const id = newRunId(request.analysis);
      await study.addRequest({ id, ...request });
      const job = jobs.start({
        study: study.path,
        title: `${definitionOf(request.analysis).title} · ${await subjectOf(study, request)}`,
        analysis: request.analysis,
        run: async (signal, onProgress) => {
          const folder = study.runs.folderOf(id);
          onProgress({ fraction: 0, stage: "Looking for the device" });
          const { spec: here, notices } = await settled(spec, devices, signal);
          const input = { ...here, id, folder, notices };
          return { run: (await compute.call("analyse", input, { signal, onProgress })).id };
        },
        ended: async (state, closing) => {
          // What the user stopped or what cannot work is not to be made by `noetherscope run` later.
          await study.settle(id, state === "done" || closing);
          await studies.announce(study);
          await studies.release(study.path);
        },
      });
      return { job };
    },
    "jobs.list": () => jobs.list(),
    "jobs.cancel": async ({ job }) => {
      await jobs.cancel(job);
      return {};
    },
    "jobs.move": ({ job, place }) => {
      jobs.move(job, place);
      return {};
    },
    "jobs.dismiss": ({ job }) => {
      jobs.dismiss(job);
      return {};
    },
  };
}

/** The entries that a request names. */
function entriesOf({ model, data }: AnalysisRequest): string[] {
  return model === null ? [data] : [data, model];
}

/**
 * A spec whose device is one that is here, and what to tell of the choice.
 * @throws UserError "device/…"
 */
export async function settled(
  spec: AnalysisSpec,
  devices: Devices,
  signal?: AbortSignal,
): Promise<{ spec: AnalysisSpec; notices: readonly string[] }> {
  const { executor, device, fallback } = spec.parameters;
  const { target, notices } = await devices.settle(
    {
      executor: executorNamed(String(executor)),
      device: String(device),
      fallback: fallback === true,
    },
    signal,
  );
  return { spec: { ...spec, parameters: { ...spec.parameters, device: target.device } }, notices };
}

/**
 * A request with its files and complete parameters.
 * @throws UserError "analysis/unknown", "study/no-model", "study/no-data", "params/…"
 */
export function specOf(
  study: Pick<OpenStudy, "model" | "data">,
  request: AnalysisRequest,
): AnalysisSpec {
  const model = request.model === null ? null : study.model(request.model);
  const data = study.data(request.data);
  return {
    analysis: request.analysis,
    parameters: checkedParameters(request.analysis, request.parameters),
    model: model === null ? null : { path: model.file.path, weights: model.weights?.path ?? null },
    data: { path: data.file.path, options: data.options },
  };
}

/** "unet on vortices", "twins, 2 seeds on vortices", or the data's name where there is no model. */
async function subjectOf(study: OpenStudy, request: AnalysisRequest): Promise<string> {
  const on = study.data(request.data).name;
  if (request.model === null) return on;
  const training = await study.trainings.overSeeds(study.model(request.model).file.path, request);
  return `${training ?? study.model(request.model).name} on ${on}`;
}
