/** What a form's request would come to, asked of the host anew whenever the form rests for a moment. */
import { sentence, toErrorRecord } from "../../shared/errors";
import type { Parameter } from "../../shared/parameters";
import { inForm, inWindow } from "../inWindow";

/** Milliseconds of rest before asking, so that typing does not ask for each key. */
const REST = 250;

export class Estimate<Request, Answer> {
  #answer = $state.raw<{ readonly request: Request; readonly value: Answer } | null>(null);
  #problem = $state("");
  #asking = $state(false);

  /**
   * Made while a component is; it ends with that component.
   * @param request what is wanted; null while the form is not filled in
   * @param parameters the form's, by whose labels a refusal names its place
   */
  constructor(
    request: () => Request | null,
    ask: (request: Request) => Promise<Answer>,
    parameters: () => Readonly<Record<string, Parameter>> = () => ({}),
  ) {
    $effect(() => {
      const wanted = request();
      if (wanted === null) {
        this.#answer = null;
        this.#problem = "";
        this.#asking = false;
        return;
      }
      let current = true;
      this.#asking = true;
      const timer = setTimeout(async () => {
        try {
          const value = await ask(wanted);
          if (!current) return;
          this.#answer = { request: wanted, value };
          this.#problem = "";
        } catch (error) {
          if (!current) return;
          this.#answer = null;
          this.#problem = inWindow(sentence(inForm(toErrorRecord(error), parameters())));
        }
        this.#asking = false;
      }, REST);
      return () => {
        current = false;
        clearTimeout(timer);
      };
    });
  }

  /** The last answer and what it was asked of: while another is on its way, that is not what is wanted now. */
  get answer(): { readonly request: Request; readonly value: Answer } | null {
    return this.#answer;
  }

  /** Why the host refuses the request, in a sentence; "" where it does not. */
  get problem(): string {
    return this.#problem;
  }

  get asking(): boolean {
    return this.#asking;
  }
}
