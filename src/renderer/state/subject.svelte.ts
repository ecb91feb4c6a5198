/** What the next analysis is about: chosen on the overview, taken over by every new form. */
import type { Study } from "../../shared/contract";

/** Stands for every model, one run each. */
export const EVERY = "*";

/** Stands for no model: the data alone. */
export const ALONE = "-";

export class Subject {
  /** An entry's id, or EVERY. */
  model = $state("");
  data = $state("");

  /** The first of several models, as an example lists them; what is added later is chosen when it comes. */
  constructor(study: Study) {
    this.model = study.models[0]?.id ?? "";
    this.data = study.data.at(-1)?.id ?? "";
  }

  /** What has just been added is what one wants to look at; what was removed gives way to the newest. */
  follow(before: Study, after: Study): void {
    this.model = next(before.models, after.models, this.model, this.model === EVERY);
    this.data = next(before.data, after.data, this.data, false);
  }
}

interface Entry {
  readonly id: string;
}

function next(
  before: readonly Entry[],
  after: readonly Entry[],
  chosen: string,
  all: boolean,
): string {
  const added = after.findLast(({ id }) => !before.some((known) => known.id === id));
  if (added !== undefined) return added.id;
  if (all ? after.length > 1 : after.some(({ id }) => id === chosen)) return chosen;
  return after.at(-1)?.id ?? "";
}

export function entryOf<T extends Entry>(entries: readonly T[], id: string): T | undefined {
  return entries.find((entry) => entry.id === id);
}
