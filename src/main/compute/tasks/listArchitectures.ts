/** Which architectures fit data, and what each preset would come to there. */
import { architectures } from "../../../shared/architectures";
import type { ArchitectureOffer } from "../../../shared/architectures/network";
import type { DataOptions } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { openData } from "../../data/dataset";
import { networkPlan, networkStates, type NetworkStates } from "../../models/architectures";

/** @throws UserError "architecture/states", and what opening the data throws */
export async function listArchitectures({
  path,
  options,
}: {
  readonly path: string;
  readonly options: DataOptions;
}): Promise<ArchitectureOffer[]> {
  const data = await openData(path, options);
  try {
    const states = await networkStates(data);
    return Object.values(architectures).map(({ id, presets }): ArchitectureOffer => {
      const offers = Object.keys(presets).map((name) => presetOffer(id, name, states));
      const fits = offers.some(({ reason }) => reason === null);
      return { id, reason: fits ? null : offers[0]!.reason, presets: offers };
    });
  } finally {
    await data.close();
  }
}

function presetOffer(
  id: string,
  preset: string,
  states: NetworkStates,
): ArchitectureOffer["presets"][number] {
  // A target of another kind is no change of the state.
  const parameters = states.outputChannels === states.shape.at(states.layout === "particles" ? -1 : 0) ? {} : { prediction: "state" }; // prettier-ignore
  try {
    const { parameterCount, multiplyAdds } = networkPlan({ id, preset, parameters }, states);
    return { name: preset, reason: null, parameterCount, multiplyAdds };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { name: preset, reason: error.message, parameterCount: 0, multiplyAdds: 0 };
  }
}
