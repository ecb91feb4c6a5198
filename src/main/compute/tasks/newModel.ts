/** A network made for data: planned, counted, and written as an .onnx file with random weights. */
import type { NetworkPreview, NetworkRequest } from "../../../shared/architectures/network";
import type { DataOptions } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { parseParameters } from "../../../shared/parameters";
import { trainingParameters } from "../../../shared/training/parameters";
import { atomicWrite } from "../../data/atomic";
import { openData, type DataSet } from "../../data/dataset";
import {
  networkFile,
  networkPlan,
  networkStates,
  noStatistics,
  outputShape,
  pooledStatistics,
} from "../../models/architectures";
import type { TaskContext } from "../task";
import { splitBy } from "./trainingPlan";

export interface NewModelInput {
  readonly network: NetworkRequest;
  readonly data: { readonly path: string; readonly options: DataOptions };
  /** Whether the network carries the data's statistics, or takes states in normalised variables. */
  readonly statistics: "pooled" | "none";
  readonly seed: number;
  /** The .onnx to write; null to say only what it would be. */
  readonly out: string | null;
}

/**
 * The samples that a training trains on unless told otherwise: what will judge the network has no part in it. All of
 * data too few to be divided.
 */
function trainedOn(data: DataSet): readonly number[] | undefined {
  try {
    return splitBy(data, parseParameters(trainingParameters, {})).train;
  } catch (error) {
    if (error instanceof UserError && error.code === "training/data") return undefined;
    throw error;
  }
}

/** @throws UserError "architecture/…", "params/…", "file/…", and what opening the data throws */
export async function newModel(
  { network, data: { path, options }, statistics, seed, out }: NewModelInput,
  { signal, progress }: Pick<TaskContext, "signal" | "progress">,
): Promise<NetworkPreview> {
  const data = await openData(path, options);
  try {
    const plan = networkPlan(network, await networkStates(data));
    if (out !== null) {
      progress({ fraction: 0, stage: "Statistics of the data" });
      const found =
        statistics === "none"
          ? noStatistics(plan.states)
          : await pooledStatistics(data, plan, trainedOn(data));
      signal.throwIfAborted();
      progress({ fraction: 0.5, stage: "Writing the network" });
      await atomicWrite(out, networkFile(plan, { seed, statistics: found }));
    }
    const { definition, preset, settings, states, parameters, parameterCount, multiplyAdds } = plan;
    return {
      ...{ id: definition.id, preset, settings, parameterCount, multiplyAdds },
      parameters: parameters.map(({ name, shape }) => ({ name, shape: [...shape] })),
      input: [...states.shape],
      output: outputShape(states),
      notices: [...plan.notices],
    };
  } finally {
    await data.close();
  }
}
