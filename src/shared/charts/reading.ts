/** A run's arrays as figures need them: by group element, with batches laid end to end, and one matrix at a time. */
import type { RunResult } from "../run";
import { sizeOf, toFloat64 } from "../tensor";

interface Read {
  readonly data: Float64Array;
  /** Number of batches; 1 where the run has no batch axis. */
  readonly batches: number;
  /** Extents after the batch axis. */
  readonly shape: readonly number[];
}

function read(run: RunResult, name: string): Read | null {
  const array = run.arrays[name];
  if (array === undefined) return null;
  const batched = run.record.arrays[name]?.axes[0] === "batch";
  return {
    data: toFloat64(array),
    batches: batched ? array.shape[0]! : 1,
    shape: batched ? array.shape.slice(1) : array.shape,
  };
}

/** Whether the run lists an array of that name. */
export function has(record: RunResult["record"], ...names: readonly string[]): boolean {
  return names.every((name) => Object.hasOwn(record.arrays, name));
}

/**
 * An array [G, …] (or [N, G, …]) as one array an element, batches end to end: [N·…].
 * @returns null where the run lacks it
 */
export function perElement(run: RunResult, name: string): Float64Array[] | null {
  const found = read(run, name);
  if (found === null) return null;
  const [elements = 1, ...rest] = found.shape;
  const size = sizeOf(rest);
  return Array.from({ length: elements }, (_, g) => {
    const values = new Float64Array(found.batches * size);
    for (let n = 0; n < found.batches; n++) {
      const start = (n * elements + g) * size;
      values.set(found.data.subarray(start, start + size), n * size);
    }
    return values;
  });
}

/** The diagonals of an array [G, B, B] (or [N, G, B, B]): one array an element, [N·B]. */
export function diagonals(run: RunResult, name: string): Float64Array[] | null {
  const found = read(run, name);
  const samples = found?.shape[1];
  if (found === null || samples === undefined) return null;
  return perElement(run, name)!.map((matrices) =>
    Float64Array.from(
      { length: found.batches * samples },
      (_, i) => matrices[i * samples + (i % samples)]!,
    ),
  );
}

export interface BatchMatrix {
  /** [size, size], rows the transformed samples. */
  readonly values: Float64Array;
  readonly size: number;
  /** Position of its first sample among all samples of the run. */
  readonly first: number;
  readonly batch: number;
  readonly batches: number;
}

/** One element's matrix from [G, B, B] or [N, G, B, B]: of the batch that holds the sample at position `sample`. */
export function matrixOf(
  run: RunResult,
  name: string,
  element: number,
  sample: number,
): BatchMatrix | null {
  const found = read(run, name);
  if (found === null) return null;
  const [elements = 1, size = 0] = found.shape;
  const batch = Math.min(found.batches - 1, Math.max(0, Math.floor(sample / Math.max(size, 1))));
  const start = (batch * elements + element) * size * size;
  return {
    values: found.data.subarray(start, start + size * size),
    size,
    first: batch * size,
    batch,
    batches: found.batches,
  };
}

/** Sample at a position of the run, as people speak of it: "trajectory 3, time 5", else "sample 7". */
export function sampleName(record: RunResult["record"], position: number): string {
  const sample = record.data.samples[position];
  if (sample === undefined) return `sample ${position}`;
  const { index, trajectory, time } = sample;
  if (trajectory === null) return `sample ${index}`;
  return time === null ? `trajectory ${trajectory}` : `trajectory ${trajectory}, time ${time}`;
}

/** A number for tables: NaN and infinities, which JSON and CSV readers disagree about, become null. */
export function cell(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : value;
}
