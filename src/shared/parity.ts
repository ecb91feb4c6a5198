/** Whether a model file computes what PyTorch computed when the file was written, and how that is said. */
import { ROUNDING } from "./knownOutput";

export interface Parity {
  /** Name of the file beside the model that holds the example batch and PyTorch's output. */
  readonly file: string;
  /** How many of its samples were run. */
  readonly samples: number;
  /** max |a − b| / max |b|; null where the outputs cannot be compared at all: NaN, or another shape. */
  readonly deviation: number | null;
}

/** Whether the file computes what PyTorch did, up to rounding. */
export function agrees({ deviation }: Parity): boolean {
  return deviation !== null && deviation <= ROUNDING;
}

/** The sentence for people: that the file is right, or what to do about it. */
export function parityInWords(parity: Parity): string {
  const { deviation } = parity;
  const number =
    deviation === null
      ? "NaN or another shape"
      : `deviation ${Number(deviation.toPrecision(1)).toString()}`;
  return agrees(parity)
    ? `Agrees with PyTorch’s output on its example batch (largest ${number}).`
    : `The file gives another output than PyTorch did on the example batch (${number}): the export is wrong; export it again with a newer PyTorch or noetherscope_export.py.`;
}
