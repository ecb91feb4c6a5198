/** An analysis being set up: values as typed, what is wrong with them, and the requests that they make. */
import { equivariance } from "../../shared/analyses/equivariance";
import { evolution } from "../../shared/analyses/evolution";
import type { AnalysisDefinition } from "../../shared/analyses/definition";
import type { AnalysisRequest, Study } from "../../shared/contract";
import type { ParameterValue } from "../../shared/parameters";
import type { RunRecord } from "../../shared/run";
import { fileName } from "../format";
import { groupOrNone, offers } from "./groups";
import { networksBeside, type NamedNetwork } from "./networks";
import { misfit } from "./pairs";
import { problemsOf } from "./problems";
import { isStated, type Stated } from "./stated.svelte";
import { ALONE, entryOf, EVERY, type Subject } from "./subject.svelte";

type Values = Readonly<Record<string, ParameterValue>>;

/** What a form knows of its study, which changes under it. */
export interface FormPlace {
  readonly study: Study;
  readonly subject: Subject;
  /** What belongs to a model on its data is not this form's. */
  readonly stated: Stated;
  /** What an entry is or was called, also after it was removed. */
  nameOf(entry: string): string;
}

function without(values: Values, name: string): Values {
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}

export class Form {
  readonly definition: AnalysisDefinition;
  readonly #place: FormPlace;
  /** Only what differs from the defaults need be here. */
  #values = $state.raw<Values>({});
  /** What was set to suit the data or the group, and chosen by no one: with others it gives way again. */
  #fitted = $state.raw<Values>({});
  /** What a run that it is filled from stated of its model on its data, until something else is stated. */
  #ofRun = $state.raw<{ model: string; data: string; values: Values } | null>(null);
  /** An entry's id, or EVERY: one run for each model. */
  model = $state("");
  data = $state("");
  /** Files of the run that it is filled from which the study has not, by name. */
  #absent = $state.raw<{ readonly model?: string; readonly data?: string }>({});
  /** Whether the run that it starts from was read into it. */
  #filled = false;
  /** What is to differ from that run. */
  #change: Values = {};

  constructor(definition: AnalysisDefinition, place: FormPlace) {
    this.definition = definition;
    this.#place = place;
    const none = place.study.models.length === 0 && definition.model === "optional";
    this.model = none ? ALONE : place.subject.model;
    this.data = place.subject.data;
    this.fitGroup();
  }

  readonly values: Values = $derived.by(() => ({
    ...Object.fromEntries(
      Object.entries(this.definition.parameters).map(([name, { default: value }]) => [name, value]),
    ),
    ...this.#values,
    ...this.#statedOf(this.model),
    ...(this.#ofRun?.model === this.model && this.#ofRun.data === this.data
      ? this.#ofRun.values
      : {}),
  }));

  #statedOf(model: string): Values {
    const stated = Object.entries(this.#place.stated.of(model, this.data));
    return Object.fromEntries(stated.filter(([name]) => name in this.definition.parameters));
  }

  /** What is wrong with each parameter, in words. */
  readonly problems: Readonly<Record<string, string>> = $derived.by(() => {
    const found = problemsOf(this.definition.parameters, this.values);
    const group = this.values["group"];
    if (typeof group === "string" && groupOrNone(group) === undefined) {
      found["group"] = `No group is called “${group}”.`;
    }
    return found;
  });

  /** Whether the data alone are analysed. */
  readonly #alone: boolean = $derived.by(
    () => this.model === ALONE && this.definition.model === "optional",
  );

  /** What is the matter with the model that was chosen: removed since, or never here. */
  readonly modelProblem: string | null = $derived(
    this.model === EVERY || this.#alone ? null : this.#entryProblem("model", this.model),
  );
  readonly dataProblem: string | null = $derived(this.#entryProblem("data", this.data));

  /** Why it cannot be run as it stands, in words; null where it can. */
  readonly hindrance: string | null = $derived.by(() => {
    const { study } = this.#place;
    if (study.readOnly !== null) return "This study is open for reading only.";
    if (study.models.length === 0 && !this.#alone) return "Add a model first.";
    if (study.data.length === 0) return "Add data first.";
    if (this.modelProblem !== null) return "Choose a model that is here.";
    if (this.dataProblem !== null) return "Choose data that are here.";
    const data = entryOf(study.data, this.data);
    const unfit = study.models
      .filter(({ id }) => this.model === EVERY || id === this.model)
      .map((model) =>
        data === undefined ? null : misfit(model, data, String(this.values["pad"] ?? "none")),
      )
      .find((why) => why !== null);
    if (unfit !== undefined) return unfit;
    if (
      [equivariance.id, evolution.id].includes(this.definition.id) &&
      groupOrNone(String(this.values["group"]))?.elements.length === 1
    ) {
      const fits =
        data !== undefined &&
        offers(data.info).some(({ group, fit }) => fit.fits && group.elements.length > 1);
      if (fits && this.definition.id === evolution.id) {
        return "Equivalent states are only the states themselves: choose another group.";
      }
      return fits
        ? "A network commutes with doing nothing: choose another group."
        : "No group acts on these data, so there is nothing to compare.";
    }
    const wrong = Object.entries(this.definition.parameters).flatMap(([name, { label }]) =>
      name in this.problems ? [`“${label}”`] : [],
    );
    return wrong.length === 0 ? null : `Mend ${wrong.join(" and ")} first.`;
  });

  readonly valid = $derived(this.hindrance === null);

  /** One for each model that is meant. */
  readonly requests: readonly AnalysisRequest[] = $derived.by(() => {
    const models =
      this.model === EVERY ? this.#place.study.models.map(({ id }) => id) : [this.model];
    return models.map((model) => ({
      analysis: this.definition.id,
      model: this.#alone ? null : model,
      data: this.data,
      parameters: this.#asMeant(model),
    }));
  });

  /** The study's networks beside the chosen model, where the analysis compares. */
  readonly networks: readonly NamedNetwork[] = $derived(this.#networksBeside(this.model));

  #networksBeside(id: string): readonly NamedNetwork[] {
    const { study } = this.#place;
    const [model, data] = [entryOf(study.models, id), entryOf(study.data, this.data)];
    return this.definition.checkpoints !== "networks" || model === undefined || data === undefined
      ? []
      : networksBeside(study, model, data);
  }

  /** Where none is named, what is compared with are the study's networks, not whatever lies in the model's folder. */
  #asMeant(model: string): Values {
    // Of every model each has its own, unless something is stated of all.
    const own = this.model === EVERY ? { ...this.#statedOf(model), ...this.#statedOf(EVERY) } : {};
    const values: Values = { ...this.values, ...own };
    const offered = this.#networksBeside(model);
    const named = String(values["checkpoints"] ?? "").trim();
    return offered.length === 0 || named !== ""
      ? values
      : { ...values, checkpoints: offered.map(({ text }) => text).join(", ") };
  }

  /** Whether anything is not as it came. */
  readonly changed = $derived(
    Object.entries(this.#values).some(([name, value]) => this.#fitted[name] !== value),
  );

  set(name: string, value: ParameterValue): void {
    if (isStated(name)) {
      if (this.#ofRun !== null)
        this.#ofRun = { ...this.#ofRun, values: without(this.#ofRun.values, name) };
      this.#place.stated.set(this.model, this.data, name, value);
      return;
    }
    this.#fitted = without(this.#fitted, name);
    this.#put(name, value);
    if (name === "group") this.#fitElement();
  }

  /** As a run had them, which states nothing of its model anew. */
  #copy(model: string, data: string, values: Values): void {
    const entries = Object.entries(values);
    for (const [name, value] of entries) if (!isStated(name)) this.set(name, value);
    this.model = model;
    this.data = data;
    const stated = entries.filter(([name]) => isStated(name) && name in this.definition.parameters);
    this.#ofRun = { model, data, values: Object.fromEntries(stated) };
  }

  #put(name: string, value: ParameterValue): void {
    const rest = without(this.#values, name);
    const isDefault = this.definition.parameters[name]?.default === value;
    this.#values = isDefault ? rest : { ...rest, [name]: value };
  }

  /** The value that was chosen, or the default where it was only fitted. */
  #meant(name: string): ParameterValue | undefined {
    const value = this.values[name];
    return value !== undefined && this.#fitted[name] === value
      ? this.definition.parameters[name]?.default
      : value;
  }

  #fit(name: string, value: ParameterValue): void {
    const fits = value === this.#meant(name);
    this.#put(name, value);
    this.#fitted = fits ? without(this.#fitted, name) : { ...this.#fitted, [name]: value };
  }

  reset(): void {
    this.#values = {};
    this.#fitted = {};
    this.#ofRun = null;
    this.fitGroup();
  }

  /** The largest group that can act on the data, where the one that is meant cannot, and one of its elements. */
  fitGroup(): void {
    const group = this.#meant("group");
    const data = entryOf(this.#place.study.data, this.data);
    if (data === undefined || typeof group !== "string") return;
    const all = offers(data.info);
    const now = all.find((offer) => offer.group.id === group);
    const best = all.find((offer) => offer.fit.fits);
    const fits = now === undefined || now.fit.fits || best === undefined;
    this.#fit("group", fits ? group : best.group.id);
    this.#fitElement();
  }

  /** An element that the group has: where it is none of it, the first that does something. */
  #fitElement(): void {
    const group = groupOrNone(String(this.values["group"]));
    const element = this.#meant("element");
    if (group === undefined || typeof element !== "string" || element === "") return;
    const first = group.elements.find(({ id }) => id !== "e") ?? group.elements[0];
    const there = group.elements.some(({ id }) => id === element);
    this.#fit("element", there ? element : (first?.id ?? element));
  }

  /** On that model and those data, with what else is set where it was set for them. */
  aim({ model, data }: { readonly model: string; readonly data: string }): void {
    const aimed = model === "" && this.definition.model === "optional" ? ALONE : model;
    const isOther = aimed !== this.model || data !== this.data;
    this.model = aimed;
    this.data = data;
    if (isOther) this.reset();
    else this.fitGroup();
  }

  /** As that request says. */
  take(request: AnalysisRequest): void {
    this.#copy(request.model ?? ALONE, request.data, request.parameters as Values);
  }

  /** What is to be different from the run that it is filled from, now or when that is read. */
  change(values: Values): void {
    this.#change = values;
    if (this.#filled) this.#applyChange();
  }

  /** As that run was made, once; parameters that there are no longer are left out. */
  fillFrom(record: RunRecord, run: { model: string | null; data: string | null }): void {
    if (this.#filled) return;
    this.#filled = true;
    const values: Record<string, ParameterValue> = {};
    for (const [name, value] of Object.entries(record.parameters)) {
      const parameter = this.definition.parameters[name];
      if (parameter === undefined) continue;
      if (Array.isArray(value)) {
        // The record lists the elements; all of the group's is the empty default.
        const group = groupOrNone(String(record.parameters["group"] ?? ""));
        const all = group !== undefined && group.elements.length === value.length;
        values[name] = all ? "" : value.join(",");
      } else if (["string", "number", "boolean"].includes(typeof value)) {
        values[name] = value as ParameterValue;
      }
    }
    this.#copy(record.model === null ? ALONE : (run.model ?? ""), run.data ?? "", values);
    this.#absent = {
      ...(record.model === null ? {} : { model: fileName(record.model.path) }),
      data: fileName(record.data.path),
    };
    this.#applyChange();
  }

  #applyChange(): void {
    for (const [name, value] of Object.entries(this.#change)) this.set(name, value);
  }

  #entryProblem(kind: "model" | "data", id: string): string | null {
    const { study } = this.#place;
    const entries = kind === "model" ? study.models : study.data;
    if (entries.length === 0 || entries.some((entry) => entry.id === id)) return null;
    const [what, verb, another] =
      kind === "model" ? ["The model", "is", "another"] : ["The data", "are", "others"];
    if (id !== "") {
      return `${what} “${this.#place.nameOf(id)}” ${verb} not in this study any more. Choose ${another} here, or undo the removal.`;
    }
    return `${what} of that run, ${this.#absent[kind] ?? "unknown"}, ${verb} not in this study. Choose ${another} here, or add the file.`;
  }
}
