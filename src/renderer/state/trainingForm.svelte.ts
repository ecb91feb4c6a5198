/** A training being set up: which network on which data, values as typed, what is wrong with them, and the request. */
import { architectureById, architectures } from "../../shared/architectures";
import type { ArchitectureDefinition, Layout } from "../../shared/architectures/definition";
import type { Client, DataInfo, Study } from "../../shared/contract";
import {
  defaultsOf,
  type Parameter,
  type ParameterSchema,
  type ParameterValue,
} from "../../shared/parameters";
import { trainingParameters } from "../../shared/training/parameters";
import type {
  TrainingEntry,
  TrainingPreview,
  TrainingRequest,
} from "../../shared/training/training";
import { groupOrNone, mustBeAsked } from "./groups";
import { misfit } from "./pairs";
import { problemsOf } from "./problems";
import { entryOf, type Subject } from "./subject.svelte";

type Values = Readonly<Record<string, ParameterValue>>;

/** What the form knows of its study, which changes under it. */
interface Place {
  readonly study: Study;
  readonly subject: Subject;
}

/** Seen without unfolding anything; of the others each has a default that is seldom wrong. */
const basic = ["epochs", "batch", "loss", "optimiser", "rate", "augment", "seeds"];

/** What states are, as architectures tell them apart. */
export function layoutOf({ axes }: Pick<DataInfo, "axes">): Layout {
  if (axes.includes("x")) return "grid";
  return axes.includes("particle") ? "particles" : "numbers";
}

/** Those that such states can go into, the usual one first. */
export function architecturesFor(layout: Layout): ArchitectureDefinition[] {
  const all = Object.values<ArchitectureDefinition>(architectures);
  const fitting = all.filter(({ layouts }) => layouts.includes(layout));
  return fitting.sort((a, b) => Number(b.id === "unet") - Number(a.id === "unet"));
}

export class TrainingForm {
  readonly #client: Client;
  readonly #place: Place;
  #data = $state("");
  /** `architecture:unet` or `model:…`; "" for the usual architecture. */
  #network = $state("");
  #preset = $state<string | null>(null);
  /** What was typed or chosen; presets and defaults stand for the rest. */
  #shape = $state.raw<Values>({});
  #values = $state.raw<Values>({});
  name = $state("");

  constructor(client: Client, place: Place) {
    this.#client = client;
    this.#place = place;
  }

  get data(): string {
    const chosen = this.#data === "" ? this.#place.subject.data : this.#data;
    return entryOf(this.#place.study.data, chosen)?.id ?? this.#place.study.data.at(-1)?.id ?? "";
  }

  set data(id: string) {
    this.#data = id;
  }

  readonly #entry = $derived.by(() => entryOf(this.#place.study.data, this.data));

  readonly info: DataInfo | undefined = $derived.by(() => this.#entry?.info);

  /** Architectures for the data. */
  readonly offered: readonly ArchitectureDefinition[] = $derived.by(() =>
    architecturesFor(this.info === undefined ? "grid" : layoutOf(this.info)),
  );

  /** Models of the study that take such states. */
  readonly models: Study["models"] = $derived.by(() =>
    this.#place.study.models.filter(
      (model) =>
        model.info.differentiable &&
        model.state !== "missing" &&
        this.#entry !== undefined &&
        misfit(model, this.#entry) === null,
    ),
  );

  get network(): string {
    const [kind, id] = this.#network.split(/:(.*)/s);
    const known =
      kind === "model"
        ? this.models.some((model) => model.id === id)
        : this.offered.some((one) => one.id === id);
    return known ? this.#network : `architecture:${this.offered[0]!.id}`;
  }

  /** Another network; what was typed for the last one's shape is dropped. */
  set network(choice: string) {
    this.#network = choice;
    this.#preset = null;
    this.#shape = {};
  }

  /** null where a model of the study goes on. */
  readonly architecture: ArchitectureDefinition | null = $derived.by(() => {
    const [kind, id] = this.network.split(/:(.*)/s);
    return kind === "architecture" ? (architectureById(id!) ?? null) : null;
  });

  get preset(): string {
    return this.#preset ?? Object.keys(this.architecture?.presets ?? {})[0] ?? "";
  }

  set preset(name: string) {
    this.#preset = name;
    this.#shape = {};
  }

  /** Of the network's shape. */
  readonly shapeParameters: ParameterSchema = $derived.by(
    () => this.architecture?.parameters ?? {},
  );

  readonly shape: Values = $derived.by(() => ({
    ...defaultsOf(this.shapeParameters),
    ...this.architecture?.presets[this.preset]?.values,
    ...this.#shape,
  }));

  readonly values: Values = $derived.by(() => ({
    ...defaultsOf(trainingParameters),
    ...this.#values,
  }));

  /** Open ones, then those that are folded away, less what the other choices make meaningless. */
  readonly shown: { readonly basic: readonly string[]; readonly folded: readonly string[] } =
    $derived.by(() => {
      const names = Object.keys(trainingParameters).filter((name) => this.#applies(name));
      return {
        basic: basic.filter((name) => names.includes(name)),
        folded: names.filter((name) => !basic.includes(name)),
      };
    });

  /** What is wrong with each value, in words. */
  readonly problems: Readonly<Record<string, string>> = $derived.by(() => {
    const found = problemsOf(trainingParameters, this.values);
    const { augment } = this.values;
    if (groupOrNone(String(augment)) === undefined) {
      found["augment"] = `No group is called “${String(augment)}”.`;
    }
    return found;
  });

  readonly shapeProblems: Readonly<Record<string, string>> = $derived.by(() =>
    problemsOf(this.shapeParameters, this.shape),
  );

  /** Why it cannot be trained as it stands, in words; null where it can. */
  readonly hindrance: string | null = $derived.by(() => {
    const { study } = this.#place;
    if (study.readOnly !== null) return "This study is open for reading only.";
    if (this.#entry === undefined) return "There are no data to train on yet.";
    if (this.#entry.state === "missing") return `The file of ${this.#entry.name} is not here.`;
    if (mustBeAsked(this.#entry.info)) {
      return `State the fields of ${this.#entry.name} first.`;
    }
    const wrong = [
      ...Object.keys(this.shapeProblems).map((name) => this.shapeParameters[name]!.label),
      ...Object.keys(this.problems).map((name) => parameterOf(name).label),
    ];
    return wrong.length === 0
      ? null
      : `Mend ${wrong.map((label) => `“${label}”`).join(" and ")} first.`;
  });

  readonly valid: boolean = $derived(this.hindrance === null);

  readonly request: TrainingRequest = $derived.by(() => ({
    ...(this.name.trim() === "" ? {} : { name: this.name.trim() }),
    model:
      this.architecture === null
        ? { kind: "model", entry: this.network.slice("model:".length) }
        : {
            kind: "architecture",
            id: this.architecture.id,
            preset: this.preset,
            parameters: { ...this.#shape },
          },
    data: this.data,
    parameters: { ...this.#values },
  }));

  readonly changed: boolean = $derived.by(
    () =>
      Object.keys(this.#values).length + Object.keys(this.#shape).length > 0 ||
      this.#preset !== null ||
      this.name !== "",
  );

  set(name: string, value: ParameterValue): void {
    this.#values = changedBy(this.#values, name, value, parameterOf(name).default);
  }

  setShape(name: string, value: ParameterValue): void {
    const usual =
      this.architecture?.presets[this.preset]?.values[name] ?? this.shapeParameters[name]?.default;
    this.#shape = changedBy(this.#shape, name, value, usual);
  }

  reset(): void {
    this.#values = {};
    this.#shape = {};
    this.#preset = null;
    this.name = "";
  }

  /** Filled from a training, to be started with something changed. */
  fillFrom(training: TrainingEntry, network?: string): void {
    this.reset();
    const known = Object.entries(training.parameters).filter(
      ([name]) => name in trainingParameters,
    );
    for (const [name, value] of known) this.set(name, value);
    if (training.dataEntry !== null) this.#data = training.dataEntry;
    const { architecture } = training.model;
    if (network !== undefined) this.network = network;
    else if (architecture !== null && architectureById(architecture.id) !== undefined) {
      this.network = `architecture:${architecture.id}`;
      this.#preset = architecture.preset;
      const own = Object.keys(this.shapeParameters);
      for (const [name, value] of Object.entries(architecture.parameters)) {
        if (own.includes(name)) this.setShape(name, value as ParameterValue);
      }
    }
  }

  preview(study: string, request: TrainingRequest): Promise<TrainingPreview> {
    return this.#client.call("training.preview", { study, request });
  }

  /** The next one is called otherwise. */
  async start(study: string): Promise<{ job: string; training: string }> {
    const started = await this.#client.call("training.start", { study, request: this.request });
    this.name = "";
    return started;
  }

  #applies(name: string): boolean {
    const { optimiser, schedule, rollout } = this.values;
    switch (name) {
      case "rollout-gradient":
        return rollout !== 1;
      case "step-epochs":
      case "step-factor":
        return schedule === "step";
      case "final-rate":
        return schedule === "cosine" || schedule === "linear";
      case "beta1":
      case "beta2":
        return optimiser === "adamw";
      case "momentum":
      case "nesterov":
        return optimiser === "sgd";
      case "augment":
        return this.info === undefined || layoutOf(this.info) === "grid";
      default:
        return true;
    }
  }
}

/** @throws where training has no such parameter */
export function parameterOf(name: string): Parameter {
  return (trainingParameters as ParameterSchema)[name]!;
}

/** The values that differ from what is usual. */
function changedBy(
  values: Values,
  name: string,
  value: ParameterValue,
  usual: ParameterValue | undefined,
): Values {
  const rest = Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
  return value === usual ? rest : { ...rest, [name]: value };
}
