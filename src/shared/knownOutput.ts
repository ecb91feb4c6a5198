/** What a network gives beside what it is known to give, and how that is said: alike in the window and on the command line. */
import { z } from "zod";

const deviation = {
  /** max |a − b|; null where the two cannot be subtracted: NaN on one side, or another shape. */
  largest: z.number().nullable(),
  /** That over max |b|, b what is known; null also where b is zero. */
  relative: z.number().nullable(),
};

export const knownOutput = z.object({
  /** Name of the file that the known output is from. */
  file: z.string(),
  /** How many of its samples were run, the first, and how many there are. */
  samples: z.number(),
  of: z.number(),
  outputs: z.array(
    z.object({
      name: z.string(),
      /** Of what the network gives, and of what is known, for these samples. */
      shape: z.array(z.number()),
      known: z.array(z.number()),
      ...deviation,
      /** max |b| */
      scale: z.number(),
      /** Along the axis behind the batch; none where the output has no other axis. */
      channels: z.array(z.object(deviation)),
    }),
  ),
});
export type KnownOutput = z.infer<typeof knownOutput>;
export type KnownOutputPart = KnownOutput["outputs"][number];

/** Float32 rounding through a deep network stays below; an operator written wrongly is far above. */
export const ROUNDING = 1e-4;
/** Half precision and TensorFloat-32 have ten binary digits after the first, which layers add up. */
const COARSE = 1e-2;

/** Whether all outputs are the known ones up to rounding. */
export function isKnown({ outputs }: KnownOutput): boolean {
  return outputs.every(agrees);
}

function agrees({ largest, relative }: KnownOutputPart): boolean {
  return largest === 0 || (relative !== null && relative <= ROUNDING);
}

/** The verdict: rounding, or another function, with the largest deviation. */
export function knownOutputInWords(known: KnownOutput): string {
  const { file, samples, of } = known;
  const run = `${samples === of ? "" : "the first "}${samples === 1 ? "1 sample" : `${samples} samples`}`;
  const [worst] = known.outputs.filter((part) => !agrees(part)).sort(byDeviation);
  if (worst === undefined) {
    const largest = [...known.outputs].sort(byDeviation)[0]!;
    return `The model gives the known output: over ${run} of ${file} the largest deviation is ${sizes(largest)}, which is rounding.`;
  }
  const which = known.outputs.length === 1 ? "" : ` “${worst.name}”`;
  if (worst.shape.join() !== worst.known.join()) {
    return `The model gives${which} [${worst.shape.join(", ")}] where ${file} holds [${worst.known.join(", ")}]: this is another function.`;
  }
  if (worst.largest === null) {
    return `The model and ${file} do not hold numbers in the same places${which === "" ? "" : ` of${which}`} over ${run}: this is another function, or one that overflows.`;
  }
  const why =
    worst.relative !== null && worst.relative <= COARSE
      ? "more than rounding in single precision: a slightly different function, or the known output was computed in half precision or TensorFloat-32"
      : "no rounding: this is another function";
  return `The model does not give the known output${which}: over ${run} of ${file} the largest deviation is ${sizes(worst)}, ${why}.`;
}

/** The worst first. */
function byDeviation(a: KnownOutputPart, b: KnownOutputPart): number {
  const size = ({ largest, relative }: KnownOutputPart): number => {
    if (largest === null) return Infinity;
    return relative ?? (largest === 0 ? 0 : Number.MAX_VALUE);
  };
  return size(b) === size(a) ? 0 : size(b) - size(a);
}

function sizes({ largest, scale }: KnownOutputPart): string {
  return largest === 0 ? "zero" : `${showDeviation(largest)} of ${showDeviation(scale)}`;
}

/** Three digits: 1.48, 2.4e-7, and – where there is none. */
export function showDeviation(value: number | null): string {
  if (value === null) return "–";
  const size = Math.abs(value);
  const rounded = Number(value.toPrecision(3));
  return size === 0 || (size >= 1e-3 && size < 1e6)
    ? String(rounded)
    : rounded.toExponential().replace("e+", "e");
}
