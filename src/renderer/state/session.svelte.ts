/** The study that is open: what the host last said of it, and the edits that can be asked for. */
import type { AnalysisRequest, Client, DataOptions, Preview, Study } from "../../shared/contract";
import { analysisById } from "../../shared/analyses";
import { evolution } from "../../shared/analyses/evolution";
import { landscape } from "../../shared/analyses/landscape";
import { UserError } from "../../shared/errors";
import { checkpointName, CHECKPOINTS_OF_SEEDS } from "../../shared/training/checkpoints";
import type { TrainingEntry } from "../../shared/training/training";
import type { ParameterValue } from "../../shared/parameters";
import { Form } from "./form.svelte";
import { Runs } from "./runs.svelte";
import { Samples } from "./samples.svelte";
import { Selection } from "./selection.svelte";
import { chosenApart, rememberApart } from "./setApart";
import { Simulation } from "./simulation.svelte";
import { Stated } from "./stated.svelte";
import { Subject } from "./subject.svelte";
import { keyOf, Tabs, type Page } from "./tabs.svelte";
import { TrainingForm } from "./trainingForm.svelte";
import { Trainings } from "./trainings.svelte";
import { keptTabs } from "./openTabs";

export class Session {
  readonly #client: Client;
  #study = $state.raw<Study>() as Study;
  readonly #selections: Record<string, Selection> = {};
  readonly #end: () => void;
  readonly runs: Runs;
  readonly samples: Samples;
  readonly subject: Subject;
  readonly stated = new Stated(() => this.#study);
  /** As it is being set up; it stays while the study is open. */
  readonly simulation: Simulation;
  readonly training: TrainingForm;
  readonly trainings: Trainings;
  readonly tabs = new Tabs((key) => Reflect.deleteProperty(this.#forms, key));
  /** What is typed stays while the tab is open, whichever page is looked at meanwhile. */
  readonly #forms: Record<string, Form> = {};
  /** Of everything that was ever here: what was removed can still be named. */
  readonly #names: Record<string, string> = {};
  /** Trainings that were ever in the study here: one that is no longer was removed. */
  readonly #knownTrainings: Record<string, true> = {};
  /** The subgroup that was last chosen to be set apart here; null: the study's. */
  #apart = $state<string | null>(null);

  constructor(client: Client, study: Study) {
    this.#client = client;
    this.#study = study;
    this.runs = new Runs(client, study.path);
    this.samples = new Samples(client, study.path);
    this.subject = new Subject(study);
    this.simulation = new Simulation(client);
    this.training = new TrainingForm(client, this);
    this.trainings = new Trainings(client, study.path);
    this.#apart = chosenApart(study.path);
    this.#learnNames(study);
    const kept = keptTabs(study.path);
    if (kept !== null) this.tabs.restore(kept, (page) => this.#has(page));
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

  /** The form of that page. @throws UserError "analysis/unknown" */
  formOf(page: Extract<Page, { kind: "new" }>): Form {
    const key = keyOf(page);
    const known = this.#forms[key];
    if (known !== undefined) return known;
    const definition = analysisById(page.analysis);
    if (definition === undefined) {
      throw new UserError("analysis/unknown", `There is no analysis “${page.analysis}”.`);
    }
    // It outlives the page that asks for it first, and what it derives must not end with that page.
    let form: Form | undefined;
    $effect.root(() => {
      form = new Form(definition, this);
    });
    // Where there are no effects, as in unit tests, a root runs nothing and there is no page to end with.
    form ??= new Form(definition, this);
    this.#forms[key] = form;
    return form;
  }

  /** Opens the form of an analysis on what the overview has chosen. */
  setUp(analysis: string): void {
    const page = { kind: "new", analysis } as const;
    this.formOf(page).aim(this.subject);
    this.tabs.open(page);
  }

  /**
   * Aims the form of an analysis at what a training came to: at its checkpoints, of all seeds where the analysis takes
   * several, in the variables and with the loss that it was trained in.
   * @returns the form and its page; null where the study has none of its networks
   */
  aimAtTrained(
    { models, dataEntry, seeds, parameters, normalisation }: TrainingEntry,
    analysis: string,
  ): { form: Form; page: Page } | null {
    // prettier-ignore
    const model = this.#study.models.find(({ id }) => models.includes(id));
    if (model === undefined) return null;
    const page = { kind: "new", analysis } as const;
    const form = this.formOf(page);
    const several = seeds.length > 1 && analysis === evolution.id;
    const wanted: Record<string, ParameterValue | undefined> = {
      checkpoints: several ? CHECKPOINTS_OF_SEEDS : model.checkpoints,
      // What it used is in its record; trainings of before kept only how it was stated.
      normalise: normalisation === undefined ? parameters["normalise"] : "auto",
      loss: parameters["loss"],
      ...(analysis === landscape.id ? { directions: "path" } : {}),
    };
    form.aim({ model: model.id, data: dataEntry ?? this.subject.data });
    for (const [name, value] of Object.entries(wanted)) {
      if (value !== undefined && name in form.definition.parameters) form.set(name, value);
    }
    return { form, page };
  }

  /** Opens a form filled from that run, with some values changed. */
  again(run: string, analysis: string, change: Record<string, ParameterValue> = {}): void {
    const page = { kind: "new", analysis, from: run } as const;
    this.formOf(page).change(change);
    this.tabs.open(page);
  }

  /** Opens a page again unless what it shows is gone. */
  reopen(page: Page): void {
    if (this.#has(page)) this.tabs.open(page);
  }

  nameOf(entry: string): string {
    return this.#names[entry] ?? entry;
  }

  /** The subgroups to set apart in figures, the most wanted first. */
  get apart(): readonly (string | null)[] {
    return [this.#apart, this.#study.setApart];
  }

  chooseApart(subgroup: string): void {
    this.#apart = subgroup;
    rememberApart(this.path, subgroup);
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

  /** Adds the repaired network of a conservation run. */
  async addRepaired(run: string): Promise<void> {
    const added = await this.#client.call("study.addRepaired", { study: this.path, run });
    this.#take(added.study);
    this.tabs.open({ kind: "model", id: added.entry });
  }

  /** Makes the weights that a training has come to, the best where they were judged, models of the study. */
  async keepTrained(training: string): Promise<void> {
    const record = this.trainingOf(training);
    const folder = `${this.path}/checkpoints/${training}`;
    for (const { seed, folder: own, best, checkpoints } of record?.seeds ?? []) {
      const last = checkpoints.at(-1);
      if (last === undefined || checkpoints.length < 2) continue;
      const file = best === null ? checkpointName(last) : "best.safetensors";
      const name = record!.seeds.length === 1 ? record!.name : `${record!.name}, seed ${seed}`;
      const { entry } = await this.#client.call("study.addModel", {
        study: this.path,
        path: `${folder}/model.onnx`,
        weights: [folder, own, file].filter((part) => part !== "").join("/"),
      });
      await this.editModel(entry, { name });
    }
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

  /** Copies a run that lies in a folder by itself, and opens it. */
  async addRun(folder: string): Promise<void> {
    const added = await this.#client.call("study.addRun", { study: this.path, folder });
    this.#take(added.study);
    this.tabs.open({ kind: "run", id: added.run });
  }

  /** The training of that id, where the study has it. */
  trainingOf(id: string): TrainingEntry | undefined {
    return this.#study.trainings.find((training) => training.id === id);
  }

  /** @returns what undoes just that: an edit that came after it is left alone */
  async remove(entry: string): Promise<() => Promise<boolean>> {
    const removed = await this.#client.call("study.remove", { study: this.path, entry });
    this.#take(removed);
    return async () => {
      if (this.#study.undo !== removed.undo) return false;
      await this.undo();
      return true;
    };
  }

  async undo(): Promise<void> {
    if (this.#study.undo === null) return;
    const before = await this.#client.call("study.undo", { study: this.path });
    this.samples.forget();
    this.#take(before);
  }

  async redo(): Promise<void> {
    if (this.#study.redo === null) return;
    const after = await this.#client.call("study.redo", { study: this.path });
    this.samples.forget();
    this.#take(after);
  }

  preview(request: AnalysisRequest): Promise<Preview> {
    return this.#client.call("analysis.preview", { study: this.path, request });
  }

  /** @returns the job's id */
  async start(request: AnalysisRequest): Promise<string> {
    return (await this.#client.call("analysis.start", { study: this.path, request })).job;
  }

  /** Starts what waited since a program ended. @returns the job's id */
  async startWaiting(id: string): Promise<string> {
    return (await this.#client.call("waiting.start", { study: this.path, id })).job;
  }

  async removeWaiting(id: string): Promise<void> {
    this.#take(await this.#client.call("waiting.remove", { study: this.path, id }));
  }

  /** As the host has it now: what changed while the connection was lost was not heard. */
  async refresh(): Promise<void> {
    this.#take(await this.#client.call("study.open", { path: this.path }));
  }

  async close(): Promise<void> {
    this.#end();
    this.trainings.close();
    await this.#client.call("study.close", { study: this.path });
  }

  #take(study: Study): void {
    const before = this.#study;
    this.#study = study;
    this.#forgetChanged(before, study);
    this.#learnNames(study);
    this.subject.follow(before, study);
    this.trainings.follow(study);
    this.tabs.keepOnly((page) => this.#has(page));
  }

  /** What was read before a data file changed is not of what is there now; where nothing is, it can still be looked at. */
  #forgetChanged(before: Study, now: Study): void {
    for (const { id, state } of now.data) {
      const known = before.data.find((entry) => entry.id === id);
      if (known !== undefined && known.state !== state && state !== "missing")
        this.samples.forget(id);
    }
  }

  #learnNames({ data, models }: Study): void {
    for (const { id, name } of [...data, ...models]) this.#names[id] = name;
  }

  #has(page: Page): boolean {
    const { data, models, runs } = this.#study;
    if (page.kind === "data") return data.some(({ id }) => id === page.id);
    if (page.kind === "model") return models.some(({ id }) => id === page.id);
    if (page.kind === "run") return runs.some(({ id }) => id === page.id);
    if (page.kind === "training") return this.#hasTraining(page.id);
    if (page.kind === "new") return analysisById(page.analysis) !== undefined;
    return true;
  }

  /** One that waits for its turn is not in the study yet, and its page waits with it. */
  #hasTraining(id: string): boolean {
    const there = this.#study.trainings.some((training) => training.id === id);
    if (there) this.#knownTrainings[id] = true;
    return there || this.#knownTrainings[id] !== true;
  }
}
