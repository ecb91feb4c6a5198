/** Samples of the study's data as the fields viewer shows them: asked for a few at a time, the last ones kept. */
import { SvelteMap } from "svelte/reactivity";
import type { Client, DataInfo } from "../../shared/contract";
import { toErrorRecord } from "../../shared/errors";
import { sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import type { Loaded } from "./runs.svelte";

/** One transition; values [C, H, W], shape without the batch axis. Data without targets have states alone. */
export interface Sample {
  readonly input: Float64Array;
  readonly target: Float64Array | null;
  readonly inputShape: readonly number[];
  readonly targetShape: readonly number[] | null;
}

const KEPT = 256;
/** Values kept at most: frames may be large. */
const KEPT_VALUES = 2 ** 25;
/** Neighbours that are fetched along, so that playing does not wait for each. */
const AHEAD = 8;
/** Samples of more values come one by one, so that none waits for the next ones. */
const LARGE = 2 ** 17;

type Extent = Pick<DataInfo, "samples" | "shape">;

export class Samples {
  readonly #client: Client;
  readonly #study: string;
  readonly #samples = new SvelteMap<string, Loaded<Sample>>();
  /** Of each entry the sample that came last. */
  readonly #arrived = new SvelteMap<string, Sample>();
  /** Of each entry the state of its file that its samples were read from. */
  readonly #files: Record<string, string> = {};
  /** Entries whose file is being looked at. */
  readonly #looking: Record<string, boolean> = {};
  /** Entries that samples are being read of, and of each what was asked for last since. */
  readonly #reading: Record<string, boolean> = {};
  readonly #wanted: Record<string, { index: number; extent: Extent } | undefined> = {};

  constructor(client: Client, study: string) {
    this.#client = client;
    this.#study = study;
  }

  get(entry: string, index: number): Loaded<Sample> | undefined {
    return this.#samples.get(`${entry}/${index}`);
  }

  /** The sample of the entry that came last, which may be another than the one that is waited for. */
  arrived(entry: string): Sample | undefined {
    return this.#arrived.get(entry);
  }

  /**
   * Sees to it that sample `index` and the next ones are there or on their way. While some of the entry are being read,
   * only the last that was asked for waits: a key that is held down leaves no queue of samples behind it.
   */
  async need(entry: string, index: number, extent: Extent): Promise<void> {
    const known = this.#samples.get(`${entry}/${index}`);
    if (known?.state === "ready") await this.#look(entry);
    if (known !== undefined) return;
    this.#wanted[entry] = { index, extent };
    if (this.#reading[entry] === true) return;
    this.#reading[entry] = true;
    let next: { index: number; extent: Extent } | undefined = { index, extent };
    while (next !== undefined) {
      this.#wanted[entry] = undefined;
      await this.#read(entry, next.index, next.extent);
      next = this.#wanted[entry];
    }
    this.#reading[entry] = false;
  }

  async #read(entry: string, index: number, { samples, shape }: Extent): Promise<void> {
    const ahead = sizeOf(shape.slice(2)) > LARGE ? 1 : AHEAD;
    const indices: number[] = [];
    for (let i = index; i < Math.min(samples, index + ahead); i++) {
      if (!this.#samples.has(`${entry}/${i}`)) indices.push(i);
    }
    if (indices.length === 0) return;
    const loading = { state: "loading" } as const;
    for (const i of indices) this.#samples.set(`${entry}/${i}`, loading);
    /** Meanwhile the file may have come to be read in another way: what was forgotten is not put back. */
    const awaited = (i: number): boolean => this.#samples.get(`${entry}/${i}`) === loading;
    try {
      const { input, target, file } = await this.#client.call("data.sample", {
        study: this.#study,
        entry,
        indices,
      });
      if (!indices.some(awaited)) return;
      this.#keepOnlyOf(entry, JSON.stringify(file));
      indices.forEach((i, at) => {
        const value = {
          input: slice(input, at),
          target: target && slice(target, at),
          inputShape: input.shape.slice(1),
          targetShape: target && target.shape.slice(1),
        };
        this.#samples.set(`${entry}/${i}`, { state: "ready", value });
        if (at === 0) this.#arrived.set(entry, value);
      });
    } catch (error) {
      const failed = { state: "failed", error: toErrorRecord(error) } as const;
      for (const i of indices.filter(awaited)) this.#samples.set(`${entry}/${i}`, failed);
    }
    this.#trim();
  }

  /** Of one entry, or all: they are read in another way now. */
  forget(entry?: string): void {
    for (const key of [...this.#samples.keys()]) {
      if (entry === undefined || key.startsWith(`${entry}/`)) this.#samples.delete(key);
    }
    if (entry === undefined) this.#arrived.clear();
    else this.#arrived.delete(entry);
  }

  /** Samples that are here already ask nobody, and their file may have changed since. One look at a time: playing is fast. */
  async #look(entry: string): Promise<void> {
    if (this.#looking[entry] === true) return;
    this.#looking[entry] = true;
    try {
      const { file } = await this.#client.call("data.look", { study: this.#study, entry });
      if (file !== null) this.#keepOnlyOf(entry, JSON.stringify(file));
    } catch {
      // Without an answer nothing is known of the file, and what was read of it can still be shown.
    } finally {
      this.#looking[entry] = false;
    }
  }

  /** Samples of the file as it was before it changed are not shown among those of what it is now. */
  #keepOnlyOf(entry: string, file: string): void {
    if ((this.#files[entry] ?? file) !== file) this.forget(entry);
    this.#files[entry] = file;
  }

  #trim(): void {
    const keys = [...this.#samples.keys()];
    let left = KEPT_VALUES;
    const kept = keys.toReversed().filter((key, i) => {
      const sample = this.#samples.get(key);
      if (sample?.state === "ready") {
        left -= sample.value.input.length + (sample.value.target?.length ?? 0);
      }
      return i < KEPT && (left > 0 || i === 0);
    });
    for (const key of keys) if (!kept.includes(key)) this.#samples.delete(key);
  }
}

function slice(tensor: Tensor, at: number): Float64Array {
  const size = sizeOf(tensor.shape.slice(1));
  const data = tensor.data.subarray(at * size, (at + 1) * size);
  return toFloat64({ data });
}
