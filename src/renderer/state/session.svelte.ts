/** The study that is open: what the host last said of it, and the edits that can be asked for. */
import type { AnalysisRequest, Client, DataOptions, Preview, Study } from "../../shared/contract";
import { Runs } from "./runs.svelte";
import { Samples } from "./samples.svelte";
import { Selection } from "./selection.svelte";
import { Tabs } from "./tabs.svelte";

export class Session {
  readonly #client: Client;
  #study = $state.raw<Study>() as Study;
  readonly #selections: Record<string, Selection> = {};
  readonly #end: () => void;
  readonly runs: Runs;
  readonly samples: Samples;
  readonly tabs = new Tabs();

  constructor(client: Client, study: Study) {
    this.#client = client;
    this.#study = study;
    this.runs = new Runs(client, study.path);
    this.samples = new Samples(client, study.path);
    this.#end = client.on("study.changed", (changed) => {
      if (changed.path === this.#study.path) this.#take(changed);
    });
  }

  get study(): Study {
    return this.#study;
  }

  get path(): string {
    return this.#study.path;
  }

  /** Each run keeps its own picks while the study is open. */
  selectionOf(run: string): Selection {
    return (this.#selections[run] ??= new Selection());
  }

  /** @returns the new entry's id */
  async addData(path: string, options: DataOptions = {}): Promise<string> {
    const added = await this.#client.call("study.addData", { study: this.path, path, options });
    this.#take(added.study);
    this.tabs.open({ kind: "data", id: added.entry });
    return added.entry;
  }

  /** @returns the new entry's id */
  async addModel(path: string, weights?: string): Promise<string> {
    const added = await this.#client.call("study.addModel", {
      study: this.path,
      path,
      ...(weights === undefined ? {} : { weights }),
    });
    this.#take(added.study);
    this.tabs.open({ kind: "model", id: added.entry });
    return added.entry;
  }

  async editData(entry: string, edit: { name?: string; options?: DataOptions }): Promise<void> {
    const changed = await this.#client.call("study.editData", { study: this.path, entry, ...edit });
    this.samples.forget(entry);
    this.#take(changed);
  }

  async editModel(entry: string, edit: { name?: string; weights?: string | null }): Promise<void> {
    this.#take(await this.#client.call("study.editModel", { study: this.path, entry, ...edit }));
  }

  async rename(name: string): Promise<void> {
    this.#take(await this.#client.call("study.rename", { study: this.path, name }));
  }

  async note(notes: string): Promise<void> {
    this.#take(await this.#client.call("study.note", { study: this.path, notes }));
  }

  async remove(entry: string): Promise<void> {
    this.#take(await this.#client.call("study.remove", { study: this.path, entry }));
  }

  async undo(): Promise<void> {
    if (this.#study.undo === null) return;
    this.samples.forget();
    this.#take(await this.#client.call("study.undo", { study: this.path }));
  }

  async redo(): Promise<void> {
    if (this.#study.redo === null) return;
    this.samples.forget();
    this.#take(await this.#client.call("study.redo", { study: this.path }));
  }

  preview(request: AnalysisRequest): Promise<Preview> {
    return this.#client.call("analysis.preview", { study: this.path, request });
  }

  /** @returns the job's id */
  async start(request: AnalysisRequest): Promise<string> {
    return (await this.#client.call("analysis.start", { study: this.path, request })).job;
  }

  /** As the host has it now: what changed while the connection was lost was not heard. */
  async refresh(): Promise<void> {
    this.#take(await this.#client.call("study.open", { path: this.path }));
  }

  async close(): Promise<void> {
    this.#end();
    await this.#client.call("study.close", { study: this.path });
  }

  #take(study: Study): void {
    this.#study = study;
    this.tabs.keepOnly((page) => {
      if (page.kind === "data") return study.data.some(({ id }) => id === page.id);
      if (page.kind === "model") return study.models.some(({ id }) => id === page.id);
      if (page.kind === "run") return study.runs.some(({ id }) => id === page.id);
      return true;
    });
  }
}
