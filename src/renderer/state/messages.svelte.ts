/** What the window has to say that belongs to no page: what went wrong, what was written where. */
import { isAbort, toErrorRecord, type ErrorRecord } from "../../shared/errors";

export type Message =
  | { readonly id: number; readonly kind: "problem"; readonly error: ErrorRecord }
  | {
      readonly id: number;
      readonly kind: "word";
      readonly text: string;
      readonly action?: { readonly label: string; readonly run: () => void };
    };

/** Milliseconds, long enough to read a path, and more for more letters; problems stay until they are put away. */
const WORD_STAYS = 6000;
const LETTER_TAKES = 70;

export class Messages {
  #all = $state.raw<readonly Message[]>([]);
  #next = 1;
  #leaving: Readonly<Record<number, ReturnType<typeof setTimeout>>> = {};

  get all(): readonly Message[] {
    return this.#all;
  }

  problem(error: unknown): void {
    const record = toErrorRecord(error);
    // The banner says that the connection is lost, once for all that fails of it.
    if (isAbort(error) || record.code === "link/lost") return;
    // The same sentence twice says no more than once.
    this.#all = [
      ...this.#all.filter((old) => old.kind !== "problem" || old.error.message !== record.message),
      { id: this.#next++, kind: "problem", error: record },
    ];
  }

  word(text: string, action?: { label: string; run: () => void }): void {
    const id = this.#next++;
    this.#all = [...this.#all, { id, kind: "word", text, ...(action && { action }) }];
    this.release(id);
  }

  /** While the pointer or the focus is on it, it stays. */
  hold(id: number): void {
    const { [id]: timer, ...others } = this.#leaving;
    clearTimeout(timer);
    this.#leaving = others;
  }

  /** Leaves after its time, counted from now. */
  release(id: number): void {
    const message = this.#all.find((one) => one.id === id);
    if (message?.kind !== "word") return;
    this.hold(id);
    const stays = Math.max(WORD_STAYS, LETTER_TAKES * message.text.length);
    const timer = setTimeout(() => this.dismiss(id), stays);
    this.#leaving = { ...this.#leaving, [id]: timer };
  }

  /** What was said in a study says nothing in another. */
  clear(): void {
    for (const { id } of this.#all) this.dismiss(id);
  }

  dismiss(id: number): void {
    this.hold(id);
    this.#all = this.#all.filter((message) => message.id !== id);
  }
}
