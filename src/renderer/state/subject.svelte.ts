/** What the next analysis is about: chosen on the overview, taken over by every new form. */
import type { Study } from "../../shared/contract";
import { misfit } from "./pairs";

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
    this.data = study.data.at(-1)?.id ?? "";
    this.model = fitting(study, "", this.data)?.model ?? study.models[0]?.id ?? "";
  }

  /**
   * What has just been added is what one wants to look at, with what it fits; what was removed gives way to the newest.
   */
  follow(before: Study, after: Study): void {
    const [model, data] = [this.model, this.data];
    this.model = next(before.models, after.models, model, model === EVERY);
    this.data = next(before.data, after.data, data, false);
    // A pair that was chosen stays chosen, whether or not it fits, until something else comes or goes.
    if (this.model === EVERY || (this.model === model && this.data === data)) return;
    const pair =
      this.data === data
        ? fitting(after, this.model, "")
        : fitting(after, "", this.data, this.model);
    if (pair !== null && !fits(after, this)) ({ model: this.model, data: this.data } = pair);
  }
}

interface Pair {
  readonly model: string;
  readonly data: string;
}

function fits({ models, data }: Study, pair: Pair): boolean {
  const [model, states] = [entryOf(models, pair.model), entryOf(data, pair.data)];
  return model !== undefined && states !== undefined && misfit(model, states) === null;
}

/** A pair that fits, of this model or of these data where either is given; null where there is none. */
function fitting(study: Study, model: string, data: string, first = ""): Pair | null {
  const models = [...study.models].sort((a, b) => Number(b.id === first) - Number(a.id === first));
  const pairs = models.flatMap((m) =>
    study.data.toReversed().map((d) => ({ model: m.id, data: d.id })),
  );
  const wanted = (pair: Pair): boolean =>
    (model === "" || pair.model === model) && (data === "" || pair.data === data);
  return pairs.find((pair) => wanted(pair) && fits(study, pair)) ?? null;
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
