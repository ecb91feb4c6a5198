/** An analysis being set up: values as typed, what is wrong with them, and the request that they make. */
import type { AnalysisDefinition } from "../../../shared/analyses/definition";
import type { AnalysisRequest, DataEntry, ModelEntry, Study } from "../../../shared/contract";
import { toErrorRecord } from "../../../shared/errors";
import { parseParameters, type ParameterValue } from "../../../shared/parameters";
import type { RunRecord } from "../../../shared/run";
import { groupOrNone, offers } from "../../state/groups";

export class Form {
  readonly definition: AnalysisDefinition = $state.raw() as never;
  /** Only what differs from the defaults need be here. */
  #values = $state.raw<Readonly<Record<string, ParameterValue>>>({});
  model = $state("");
  data = $state("");

  constructor(definition: AnalysisDefinition, study: Study) {
    this.definition = definition;
    this.model = study.models.at(-1)?.id ?? "";
    this.data = study.data.at(-1)?.id ?? "";
    this.fitGroup(study.data.at(-1));
  }

  readonly values: Readonly<Record<string, ParameterValue>> = $derived({
    ...Object.fromEntries(
      Object.entries(this.definition.parameters).map(([name, { default: value }]) => [name, value]),
    ),
    ...this.#values,
  });

  /** What is wrong with each parameter, in words. */
  readonly problems: Readonly<Record<string, string>> = $derived.by(() => {
    const found: Record<string, string> = {};
    for (const [name, value] of Object.entries(this.values)) {
      try {
        parseParameters(this.definition.parameters, { [name]: value });
      } catch (error) {
        found[name] = toErrorRecord(error).message;
      }
    }
    const group = this.values["group"];
    if (typeof group === "string" && groupOrNone(group) === undefined) {
      found["group"] = `No group is called “${group}”.`;
    }
    return found;
  });

  readonly valid = $derived(
    this.model !== "" && this.data !== "" && Object.keys(this.problems).length === 0,
  );

  readonly request: AnalysisRequest = $derived({
    analysis: this.definition.id,
    model: this.model,
    data: this.data,
    parameters: { ...this.values },
  });

  /** Whether anything is not as it came. */
  readonly changed = $derived(Object.keys(this.#values).length > 0);

  set(name: string, value: ParameterValue): void {
    const rest = Object.fromEntries(Object.entries(this.#values).filter(([key]) => key !== name));
    const isDefault = this.definition.parameters[name]?.default === value;
    this.#values = isDefault ? rest : { ...rest, [name]: value };
  }

  reset(): void {
    this.#values = {};
  }

  /** The largest group that can act on the data, where the one that is set cannot. */
  fitGroup(data: DataEntry | undefined): void {
    const { group } = this.values;
    if (data === undefined || typeof group !== "string") return;
    const all = offers(data.info);
    const now = all.find((offer) => offer.group.id === group);
    const best = all.find((offer) => offer.fit.fits);
    if (now !== undefined && !now.fit.fits && best !== undefined) this.set("group", best.group.id);
  }

  /** As that request says. */
  take(request: AnalysisRequest): void {
    for (const [name, value] of Object.entries(request.parameters)) {
      this.set(name, value as ParameterValue);
    }
    this.model = request.model;
    this.data = request.data;
  }

  /** As that run was made; parameters that there are no longer are left out. */
  fillFrom(record: RunRecord, run: { model: string | null; data: string | null }): void {
    for (const [name, value] of Object.entries(record.parameters)) {
      const parameter = this.definition.parameters[name];
      if (parameter === undefined) continue;
      if (Array.isArray(value)) {
        // The record lists the elements; all of the group's is the empty default.
        const group = groupOrNone(String(record.parameters["group"] ?? ""));
        const all = group !== undefined && group.elements.length === value.length;
        this.set(name, all ? "" : value.join(","));
      } else if (["string", "number", "boolean"].includes(typeof value)) {
        this.set(name, value as ParameterValue);
      }
    }
    if (run.model !== null) this.model = run.model;
    if (run.data !== null) this.data = run.data;
  }
}

export function entryOf<T extends DataEntry | ModelEntry>(
  entries: readonly T[],
  id: string,
): T | undefined {
  return entries.find((entry) => entry.id === id);
}
