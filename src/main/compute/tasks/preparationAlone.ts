/** What is stated of a network where there are no data: numbers, a file of them, or the record of its training. */
import { UserError } from "../../../shared/errors";
import { channelLabels, type FieldSpec } from "../../../shared/fields/spec";
import type { PreparationRecord } from "../../../shared/preprocessing/record";
import { paddedAxes } from "../../models/padded";
import type { Preparation } from "../../models/prepared";
import {
  normalisationFor,
  paddingOf,
  predictsOf,
  trainingFor,
  type Origin,
  type Stated,
} from "./preparation";

/** By the words of the command line, or in numbers as a run has them. */
export type StatedAlone = (Stated & Pick<Preparation, "predicts">) | PreparationRecord;

/** What is known of the states that the network takes. */
export interface KnownStates {
  readonly fields: FieldSpec | null;
  readonly channels: number;
  /** In a batch. */
  readonly channelAxis: number;
  /** Extents of an input without its batch. */
  readonly extents: readonly number[];
}

/** @throws UserError "normalise/…", "pad/…" */
export async function preparationAlone(
  stated: StatedAlone,
  states: KnownStates,
  origin: Origin,
): Promise<Preparation> {
  const common = { channelAxis: states.channelAxis, told: 0, lossIn: "data" } as const;
  if (!("normalise" in stated)) return { ...withoutAbsent(stated), ...common };
  const record = await trainingFor(stated, origin);
  const padding = paddingOf(stated.pad, record);
  if (padding !== null && "multiple" in padding.cells) {
    throw new UserError("pad/extent", "There are no data here whose extents could be filled up.", {
      where: "pad",
      todo: "Say by how many cells, like circular:4.",
    });
  }
  const around = padding === null || !("before" in padding.cells) ? 0 : padding.cells.before + padding.cells.behind; // prettier-ignore
  const inside = states.extents.map((n, i) => (i + 1 === states.channelAxis ? n : n - around));
  const labels =
    states.fields === null
      ? Array.from({ length: states.channels }, (_, c) => ({
          ...{ name: `channel ${c}`, kind: "unknown", group: "" },
        }))
      : channelLabels(states.fields);
  const normalisation = await normalisationFor(
    stated.normalise,
    {
      path: origin.path,
      conditions: [],
      fields: states.fields ?? undefined,
      channels: labels,
      get states(): never {
        throw new UserError("normalise/pooled", "There are no data here to take statistics from.", {
          where: "normalise",
          todo: "Give numbers, like 1.5+-0.2, or a file with mean and std.",
        });
      },
    },
    record,
  );
  return {
    ...common,
    normalisation,
    predicts: predictsOf(stated, record),
    padding: padding === null ? null : paddedAxes(padding, inside, states.channelAxis),
  };
}

function withoutAbsent({
  normalisation,
  predicts,
  padding,
}: PreparationRecord): Pick<Preparation, "normalisation" | "predicts" | "padding"> {
  if (normalisation === null) return { normalisation, predicts, padding };
  const { log, output, ...scales } = normalisation;
  return {
    normalisation: {
      ...scales,
      ...(log === undefined ? {} : { log }),
      ...(output === undefined ? {} : { output }),
    },
    predicts,
    padding,
  };
}
