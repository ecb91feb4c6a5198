/** A plane out of a sample in space, as the pictures of planes show it. */
import type { Sample } from "../../state/samples.svelte";

/** How many planes there are: 1 for what is no field in space. */
export function planesOf(sample: Sample | undefined): number {
  return sample?.inputShape.length === 4 ? sample.inputShape[1]! : 1;
}

/** The sample [C, y, x] of one z; one that has no z as it is. */
export function atPlane(sample: Sample, z: number): Sample {
  if (sample.inputShape.length !== 4) return sample;
  const target = sample.target !== null && sample.targetShape?.length === 4;
  return {
    input: cut(sample.input, sample.inputShape, z),
    inputShape: withoutZ(sample.inputShape),
    target: target ? cut(sample.target!, sample.targetShape!, z) : null,
    targetShape: target ? withoutZ(sample.targetShape!) : null,
  };
}

function withoutZ([channels = 1, , height = 1, width = 1]: readonly number[]): number[] {
  return [channels, height, width];
}

function cut(values: Float64Array, shape: readonly number[], z: number): Float64Array {
  const [channels = 1, depth = 1, height = 1, width = 1] = shape;
  const size = height * width;
  const out = new Float64Array(channels * size);
  const plane = Math.min(z, depth - 1);
  for (let c = 0; c < channels; c++) {
    const from = (c * depth + plane) * size;
    out.set(values.subarray(from, from + size), c * size);
  }
  return out;
}
