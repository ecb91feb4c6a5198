/** Simulations: which there are, what one would come to, and the jobs that add their trajectories to a study as data. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Tensor } from "../../../shared/tensor";
import type { SimulationRequest } from "../../../shared/simulation";
import { simulationPlan } from "../../compute/tasks/simulationPlan";
import { atomicWrite } from "../../data/atomic";
import { makeFolder } from "../../data/makeFolder";
import { simulators } from "../../physics/simulators";
import { newRunId } from "../runId";
import type { Handlers, Services } from "../services";
import { freeName, readData } from "./entries";

export function simulationHandlers(
  services: Services,
): Pick<
  Handlers,
  "simulators.list" | "simulation.preview" | "simulation.start" | "simulation.picture"
> {
  const { compute, jobs, studies, version } = services;
  /** What the jobs that run have come to, by job. */
  const pictures = new Map<string, Tensor>();
  return {
    "simulators.list": () =>
      simulators.map(
        ({ id, title, equation, tex, fields, axes, size, parameters, choices, presets }) => ({
          ...{ id, title, equation, fields, axes, size },
          tex: [...tex],
          parameters: { ...choices, ...parameters },
          presets: Object.fromEntries(
            Object.entries(presets).map(([name, values]) => [name, { ...values }]),
          ),
        }),
      ),
    "simulation.preview": ({ request }) => compute.call("previewSimulation", request),
    "simulation.picture": ({ job }) => ({ picture: pictures.get(job) ?? null }),
    "simulation.start": async ({ study: path, request }) => {
      const study = await studies.get(path);
      await study.assertWritable();
      const { simulator, coefficients, choices } = simulationPlan(request);
      const title = `Simulate ${simulator.title}`;
      const id = newRunId("simulate");
      await study.enqueue({ kind: "simulation", id, title, asked: new Date().toISOString(), request }); // prettier-ignore
      const job = jobs.start({
        study: study.path,
        title,
        analysis: "simulate",
        run: async (signal, onProgress) => {
          const folder = join(study.path, "data");
          await makeFolder(folder);
          const out = await freeFile(folder, request);
          const { symmetry, boundary } = await compute.call(
            "simulate",
            { ...request, out },
            {
              signal,
              onProgress: ({ picture, ...progress }) => {
                if (picture !== undefined) pictures.set(job, picture);
                onProgress(progress);
              },
            },
          );
          // How it was made, for whoever has the folder alone.
          const made = { version, ...request, size: request.size ?? simulator.size, coefficients, choices }; // prettier-ignore
          await atomicWrite(out.replace(/\.npz$/, ".json"), `${JSON.stringify(made, null, 2)}\n`);
          const name = freeName(out, study.document.data);
          // Off a plane there is no group that could act.
          const options = simulator.axes === 2 ? { symmetry, boundary } : {};
          const entry = await readData(services, out, options, name);
          await study.edit(`Add ${name}`, ({ data }) => ({ data: [...data, entry] }));
          return { data: entry.id };
        },
        ended: async (_state, closing) => {
          pictures.delete(job);
          await study.settle(id, closing);
          await studies.announce(study);
          await studies.release(study.path);
        },
      });
      return { job };
    },
  };
}

/** `kdv.npz`, `kdv-2.npz` …, the first that is not there. */
async function freeFile(folder: string, { system, preset }: SimulationRequest): Promise<string> {
  const stem = preset === null ? system : `${system}-${preset}`;
  for (let n = 1; ; n++) {
    const path = join(folder, `${stem}${n === 1 ? "" : `-${n}`}.npz`);
    try {
      await access(path);
    } catch {
      return path;
    }
  }
}
