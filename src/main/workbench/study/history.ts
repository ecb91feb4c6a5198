/** Undo and redo of edits: states before and after, with the words that the menu shows. */

interface Step<S> {
  readonly label: string;
  readonly before: S;
  readonly after: S;
}

/** Further back than this nobody goes. */
const DEPTH = 100;

export class History<S> {
  readonly #done: Step<S>[] = [];
  #undone: Step<S>[] = [];

  get undo(): string | null {
    return this.#done.at(-1)?.label ?? null;
  }

  get redo(): string | null {
    return this.#undone.at(-1)?.label ?? null;
  }

  push(label: string, before: S, after: S): void {
    this.#done.push({ label, before, after });
    if (this.#done.length > DEPTH) this.#done.shift();
    this.#undone = [];
  }

  /** The state to go back to; undefined where there is nothing to undo. */
  back(): S | undefined {
    const step = this.#done.pop();
    if (step !== undefined) this.#undone.push(step);
    return step?.before;
  }

  forward(): S | undefined {
    const step = this.#undone.pop();
    if (step !== undefined) this.#done.push(step);
    return step?.after;
  }
}
