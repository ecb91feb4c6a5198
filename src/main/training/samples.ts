/**
 * Samples of a data set as training reads them, over and over: kept in memory once read where all of them fit, moved by
 * elements of a group where they are to be.
 */
import type { FieldSpec } from "../../shared/fields/spec";
import { act } from "../../shared/groups/act";
import type { Element } from "../../shared/groups/element";
import { sizeOf, type Tensor } from "../../shared/tensor";
import type { DataSet, Samples as Read } from "../data/dataset";
import type { Batch } from "./stepper";

/** How one sample is moved: the same element for input and targets. */
export interface Moves {
  readonly elements: readonly Element[];
  readonly fields: FieldSpec;
  readonly outputFields: FieldSpec;
}

/** Throws where samples are none that the network can take. */
export type Check = (samples: readonly number[], input: Tensor, target: Tensor) => void;

type Source = Pick<DataSet, "read" | "targets" | "times" | "sampleCount" | "states">;

interface Pair {
  readonly input: Float32Array;
  readonly target: Float32Array;
}

export class Samples {
  readonly #data: Source;
  readonly #check: Check;
  readonly #kept = new Map<number, Pair>();
  /** What was read and joined to batches already: memory for the next. */
  readonly #spare: Read[] = [];
  readonly #keeps: boolean;
  #shapes: { input: readonly number[]; target: readonly number[] } | null = null;

  /** @param keepBytes memory for samples; more data than that are read from the file each time */
  constructor(data: Source, keepBytes: number, check: Check = () => undefined) {
    this.#data = data;
    this.#check = check;
    // Input and target of one sample, in float32.
    this.#keeps = data.sampleCount * sizeOf(data.states.shape) * 8 <= keepBytes;
  }

  /**
   * Inputs, and for each step of the rollout the targets.
   * @param samples each with `rollout` transitions in its trajectory from there
   * @throws UserError "data/not-finite"; those of the file
   */
  async read(samples: readonly number[], rollout = 1, moves?: Moves): Promise<Batch> {
    const columns: Pair[][] = [];
    const used: Read[] = [];
    for (let k = 0; k < rollout; k++) {
      columns.push(
        await this.#pairs(
          samples.map((i) => i + k),
          used,
        ),
      );
    }
    const { input, target } = this.#shapes!;
    const batch = {
      input: this.#joined(
        columns[0]!.map((pair) => pair.input),
        input,
        moves,
        moves?.fields,
      ),
      targets: columns.map((pairs) =>
        this.#joined(
          pairs.map((pair) => pair.target),
          target,
          moves,
          moves?.outputFields,
        ),
      ),
    };
    this.#spare.push(...used);
    return batch;
  }

  /** @param used gets the memory that the pairs lie in, unless they are kept */
  async #pairs(samples: readonly number[], used: Read[]): Promise<Pair[]> {
    const missing = [...new Set(samples)].filter((sample) => !this.#kept.has(sample));
    const fresh = new Map<number, Pair>();
    if (missing.length > 0) {
      const read = await this.#data.read(missing, this.#spare.pop());
      const { input, target } = read;
      this.#check(missing, input, target!);
      this.#shapes = { input: input.shape.slice(1), target: target!.shape.slice(1) };
      const rows = [input, target!].map((tensor) => rowsOf(tensor, missing.length));
      const [inputs, targets] = this.#keeps
        ? rows.map((all) => all.map((row) => row.slice()))
        : rows;
      used.push(read);
      missing.forEach((sample, i) => {
        fresh.set(sample, { input: inputs![i]!, target: targets![i]! });
      });
      if (this.#keeps) for (const [sample, pair] of fresh) this.#kept.set(sample, pair);
    }
    return samples.map((sample) => this.#kept.get(sample) ?? fresh.get(sample)!);
  }

  #joined(
    rows: readonly Float32Array[],
    shape: readonly number[],
    moves: Moves | undefined,
    fields: FieldSpec | undefined,
  ): Tensor {
    const size = sizeOf(shape);
    const data = new Float32Array(rows.length * size);
    rows.forEach((row, i) => {
      const to = data.subarray(i * size, (i + 1) * size);
      if (moves === undefined || fields === undefined) to.set(row);
      else act(moves.elements[i]!, row, [1, ...shape], fields, to);
    });
    return { dtype: "float32", shape: [rows.length, ...shape], data };
  }
}

function rowsOf({ data }: Tensor, count: number): Float32Array[] {
  const size = data.length / count;
  const single = data instanceof Float32Array ? data : Float32Array.from(data as Float64Array);
  return Array.from({ length: count }, (_, i) => single.subarray(i * size, (i + 1) * size));
}
