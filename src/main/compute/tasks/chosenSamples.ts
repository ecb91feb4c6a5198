/** The samples of an analysis: by its options, and where these leave it open among those that no training saw. */
import { numberingOf } from "../../../shared/sampleExtent";
import { select, type SampleChoice, type Selection } from "../../../shared/selection";
import type { DataSet } from "../../data/dataset";
import { heldOutBy, type HeldOut } from "./heldOut";
import type { Origin } from "./preparation";

/**
 * @param networks that are analysed
 * @param wantsHeldOut whether samples that a training held out come first, where no trajectories are chosen
 * @returns indices in the data set; the notices say how many of them were trained on
 * @throws what `select` throws
 */
export async function chosenSamples(
  data: DataSet,
  choice: SampleChoice,
  networks: readonly Origin[],
  wantsHeldOut: boolean,
): Promise<Selection> {
  const held = await heldOutBy(networks, data);
  if (held === null) return select(data, choice);
  const open = wantsHeldOut && (choice.trajectories ?? "").trim() === "";
  const chosen = (open ? amongHeldOut(data, choice, held) : null) ?? select(data, choice);
  const trained = chosen.indices.filter((index) => held.isTrained(index)).length;
  if (trained === 0) return chosen;
  const all = chosen.indices.length;
  const by = held.trainings.join(", ");
  const { trajectories, fromTime } = held;
  const others =
    trajectories.length > 0
      ? ` Trajectories held out, counted from 0: ${listed(trajectories)}.`
      : fromTime === null
        ? " None were held out."
        : ` Times from ${fromTime} were held out.`;
  return {
    indices: chosen.indices,
    notices: [
      ...chosen.notices,
      `${trained} of the ${all} samples ${trained === 1 ? "is one" : "are ones"} that the network was trained on (${by}).${others}`,
    ],
  };
}

/** Fewer have nothing to be compared with. */
const LEAST = 2;

/** null where too few were held out. @throws what `select` throws */
function amongHeldOut(
  data: DataSet,
  choice: SampleChoice,
  { trajectories, fromTime }: HeldOut,
): Selection | null {
  if (fromTime !== null && (choice.times ?? "") === "") {
    const { indices, notices } = select(data, { ...choice, times: `${fromTime}:` });
    if (indices.length < LEAST) return null;
    const said = `Samples are of the times from ${fromTime}, which the training held out (“:” for --trajectories takes all).`;
    return { indices, notices: [...notices, said] };
  }
  if (trajectories.length === 0) return null;
  const all = numberingOf(data);
  const lengths = data.lengths && trajectories.map((k) => all.lengthOf(k));
  const held = { trajectories: trajectories.length, times: data.times, lengths };
  const { indices, notices } = select(held, choice);
  if (indices.length < LEAST) return null;
  const among = numberingOf(held);
  const said = `Samples are of ${trajectories.length === 1 ? "the trajectory" : `the ${trajectories.length} trajectories`} that the training held out, counted from 0: ${listed(trajectories)} (“:” for --trajectories takes all).`;
  return {
    indices: indices.map((i) => {
      const { trajectory, time } = among.placeOf(i);
      return all.firstOf(trajectories[trajectory]!) + time;
    }),
    notices: [...notices, said],
  };
}

const MOST_LISTED = 12;

function listed(numbers: readonly number[]): string {
  return numbers.slice(0, MOST_LISTED).join(", ") + (numbers.length > MOST_LISTED ? ", …" : "");
}
