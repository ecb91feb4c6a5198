/** Runs of a study as their pages read them: the record and the arrays that its figures and fields need. */
import { SvelteMap } from "svelte/reactivity";
import { analysisById } from "../../shared/analyses";
import type { Client } from "../../shared/contract";
import { toErrorRecord, type ErrorRecord } from "../../shared/errors";
import type { RunResult } from "../../shared/run";
import type { Tensor } from "../../shared/tensor";

export type Loaded<T> =
  | { readonly state: "loading" }
  | { readonly state: "failed"; readonly error: ErrorRecord }
  | { readonly state: "ready"; readonly value: T };

/** Arrays that the page's own pictures of fields are drawn from, where the run kept them. */
export const keptFields = ["kept", "field_input", "field_target", "field_prediction"] as const;

export class Runs {
  readonly #client: Client;
  readonly #study: string;
  /** Results are large and never change: they are replaced as a whole. */
  readonly #loaded = new SvelteMap<string, Loaded<RunResult>>();

  constructor(client: Client, study: string) {
    this.#client = client;
    this.#study = study;
  }

  /** What is known of it now; undefined until `load` was called. */
  get(id: string): Loaded<RunResult> | undefined {
    return this.#loaded.get(id);
  }

  /** Reads it unless that was done or is under way; `again` after a failure. */
  async load(id: string, again = false): Promise<void> {
    if (this.#loaded.has(id) && !again) return;
    this.#loaded.set(id, { state: "loading" });
    try {
      this.#loaded.set(id, { state: "ready", value: await this.#read(id) });
    } catch (error) {
      this.#loaded.set(id, { state: "failed", error: toErrorRecord(error) });
    }
  }

  async #read(id: string): Promise<RunResult> {
    const run = { study: this.#study, run: id };
    const record = await this.#client.call("run.record", run);
    const figures = analysisById(record.analysis)?.figures ?? [];
    const names = Object.keys(record.arrays).filter(
      (name) =>
        (keptFields as readonly string[]).includes(name) ||
        figures.some((figure) => figure.arrays.includes(name)),
    );
    const arrays: Record<string, Tensor> =
      names.length === 0 ? {} : await this.#client.call("run.arrays", { ...run, names });
    return { record, arrays };
  }
}
