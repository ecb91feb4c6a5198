/** What a user should know of how weights found their places. */
import type { WeightsReport } from "../../shared/contract";
import { printable } from "../graph/onnx/printable";
import type { MatchReport } from "./match";
import type { TrainingState } from "./weightSets";

export function weightsInfo(report: MatchReport, { epoch, step }: TrainingState): WeightsReport {
  const { key, matched, leftInFile, leftInModel } = report;
  return {
    key,
    matched: matched.map((each) => ({ ...each })),
    leftInFile: [...leftInFile],
    leftInModel: [...leftInModel],
    epoch,
    step,
  };
}

/** Said until an output that is known was reproduced. */
export const UNCONFIRMED = "compare an output with one that you know before you trust it.";

/** Sentences on whatever was not decided by names alone. */
export function remarksOn({ matched, leftInFile, leftInModel }: MatchReport): string[] {
  const by = (wanted: string): number => matched.filter(({ how }) => how === wanted).length;
  const [shape, order] = [by("shape"), by("order")];
  const list = (names: readonly string[]): string =>
    `${printable(names.slice(0, 3).join(", "))}${names.length > 3 ? ` and ${names.length - 3} more` : ""}`;
  return [
    ...(shape + order === 0
      ? []
      : [
          `No name in the weights file is the network’s: ${shape} tensors were placed by their shape, ${order} by their order; ${UNCONFIRMED}`,
        ]),
    ...(leftInFile.length === 0
      ? []
      : [`Not the network’s in the weights file: ${list(leftInFile)}.`]),
    ...(leftInModel.length === 0
      ? []
      : [`Not in the weights file, so as in the model’s: ${list(leftInModel)}.`]),
  ];
}
