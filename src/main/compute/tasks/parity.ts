/**
 * A model against what PyTorch computed when it was exported: the exporter writes an example batch and its output
 * beside the model. PyTorch 1.13, for one, writes circular padding wrongly, and such a file looks sound.
 */
import { UserError } from "../../../shared/errors";
import { agrees, parityInWords, type Parity } from "../../../shared/parity";
import type { Model } from "../../models";
import { againstKnown, exampleFile } from "./knownOutput";

/** Enough to see a wrong operator, quick for any network. */
const SAMPLES = 4;

export interface ParityCheck {
  /** null where there is no example batch beside the model. */
  readonly parity: Parity | null;
  /** What a user must know: that the file is wrong, or that it could not be compared. */
  readonly warnings: readonly string[];
}

/** @param model with the parameters of its file, for the example knows no others */
export async function checkParity(model: Model): Promise<ParityCheck> {
  try {
    const parity = await compare(model);
    return { parity, warnings: agrees(parity) ? [] : [parityInWords(parity)] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // Another file of that name, or none, is no example.
    if (["file/enoent", "model/no-array", "model/batch"].includes(error.code))
      return { parity: null, warnings: [] };
    const warning = `The model could not be compared with its example batch: ${error.message}`;
    return { parity: null, warnings: [warning] };
  }
}

async function compare(model: Model): Promise<Parity> {
  const { file, samples, outputs } = await againstKnown(
    model,
    null,
    exampleFile(model.path),
    SAMPLES,
  );
  const deviations = outputs.map(({ largest, relative }) => (largest === 0 ? 0 : relative));
  const deviation = deviations.reduce(
    (a, b) => (a === null || b === null ? null : Math.max(a, b)),
    0,
  );
  return { file, samples, deviation };
}
