/** What the convention check answers for a data set as it is stated at this moment, be it saved or not. */
import { untrack } from "svelte";
import type { ConventionReport, DataOptions } from "../../../shared/contract";
import { toErrorRecord, type ErrorRecord } from "../../../shared/errors";

/** Milliseconds without a change before the check is asked again. */
const REST = 300;

/** Answers that there is no vector on a grid that the check could speak of: of no concern to who reads the page. */
const nothing: ReadonlySet<string> = new Set([
  "convention/no-grid",
  "convention/no-fields",
  "convention/no-vector",
]);

export interface Question {
  /** The entry and its file, as they are now. */
  readonly of: string;
  readonly options: DataOptions;
}

const verdicts: Readonly<Record<ConventionReport["verdict"], string>> = {
  fits: "The stated convention fits",
  "other-fits-better": "Another convention fits better",
  "cannot-tell": "The data cannot tell",
};

/** The verdict in words. */
export function verdictOf({ verdict, rows, best }: ConventionReport): string {
  return rows[best ?? 0]?.order === true
    ? "Another order of the channels fits better"
    : verdicts[verdict];
}

/** The options that an answer hangs on: where the states lie, what they are, on which grid. */
export function bearing(options: DataOptions): DataOptions {
  const { input, target, axes, fields, outputFields, boundary, length } = options;
  const all = { input, target, axes, fields, outputFields, boundary, length };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

export class ConventionAnswer {
  #report = $state.raw<ConventionReport | null>(null);
  #error = $state.raw<ErrorRecord | null>(null);
  #asking = $state(false);
  #again = $state(0);
  /** What the answer is of, and the question that was answered last. */
  #of = "";
  #answered = "";
  /** Whatever was asked last: one check at a time, as each takes a processor for a while. */
  #last: Promise<void> = Promise.resolve();

  /**
   * Made while a component is; it ends with that component.
   * @param question null while it is being typed, which leaves the answer as it is; undefined where there is nothing to check
   */
  constructor(
    question: () => Question | null | undefined,
    ask: (options: DataOptions) => Promise<ConventionReport>,
  ) {
    $effect(() => {
      const wanted = question();
      if (wanted === null) return;
      // Of another file nothing is known yet, not even for a moment.
      if (wanted?.of !== this.#of) this.#take("", null, null);
      this.#of = wanted?.of ?? "";
      if (wanted === undefined) return;
      const options = bearing(wanted.options);
      const text = `${JSON.stringify(options)} ${this.#again}`;
      if (text === this.#answered) {
        this.#asking = false;
        return;
      }
      let current = true;
      this.#asking = true;
      const answer = async (): Promise<void> => {
        if (!current) return;
        try {
          const report = await ask(options);
          if (current) this.#take(text, report, null);
        } catch (problem) {
          const error = toErrorRecord(problem);
          if (current) this.#take(text, null, nothing.has(error.code) ? null : error);
        }
      };
      const fresh = untrack(() => this.#report === null && this.#error === null);
      const timer = setTimeout(
        () => {
          this.#last = this.#last.then(answer);
        },
        fresh ? 0 : REST,
      );
      return () => {
        current = false;
        clearTimeout(timer);
      };
    });
  }

  #take(text: string, report: ConventionReport | null, error: ErrorRecord | null): void {
    this.#answered = text;
    this.#report = report;
    this.#error = error;
    this.#asking = false;
  }

  /** The last answer; while another is on its way it is of what was stated before. null: none, or nothing to check. */
  get report(): ConventionReport | null {
    return this.#report;
  }

  get error(): ErrorRecord | null {
    return this.#error;
  }

  get asking(): boolean {
    return this.#asking;
  }

  /** Which reading is proposed, with the words of its button, instead of the stated one; undefined while the answer is not of what is stated now. */
  get proposed(): { readonly fields: string; readonly words: string } | undefined {
    const report = this.#report;
    if (this.#asking || report?.verdict !== "other-fits-better") return undefined;
    const row = report.rows[report.best ?? 0];
    if (row?.fields === undefined) return undefined;
    const what = row.order === true ? "channels" : "stored components";
    return { fields: row.fields, words: `Read the ${what} as ${row.name}` };
  }

  again(): void {
    this.#again++;
  }
}
