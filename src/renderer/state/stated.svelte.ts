/**
 * What is stated of a network beside its file, by pair of model and data: every form of the pair has it, no other does. What
 * was typed last counts, else what the pair's latest run had, which is kept with the study. Conditions, history and what is
 * predicted are stated with the data.
 */
import type { Study } from "../../shared/contract";
import { statedNames } from "../../shared/preprocessing/stated";
import type { ParameterValue } from "../../shared/parameters";

type Values = Readonly<Record<string, ParameterValue>>;

const keyOf = (model: string, data: string): string => JSON.stringify([model, data]);

/** Whether that parameter belongs to a model and its data, and not to a form. */
export function isStated(name: string): boolean {
  return statedNames.some((stated) => stated === name);
}

export class Stated {
  readonly #study: () => Study;
  /** By pair. */
  #typed = $state.raw<Readonly<Record<string, Values>>>({});

  constructor(study: () => Study) {
    this.#study = study;
  }

  /** Nothing where nothing was ever stated. @param model, @param data ids of entries */
  of(model: string, data: string): Values {
    const latest = this.#study()
      .runs.filter((run) => run.model === model && run.data === data && run.stated !== undefined)
      .reduce<Study["runs"][number] | undefined>(
        (last, run) => (last === undefined || run.started > last.started ? run : last),
        undefined,
      );
    return { ...latest?.stated, ...this.#typed[keyOf(model, data)] };
  }

  set(model: string, data: string, name: string, value: ParameterValue): void {
    const key = keyOf(model, data);
    this.#typed = { ...this.#typed, [key]: { ...this.#typed[key], [name]: value } };
  }
}
