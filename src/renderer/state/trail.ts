/** Where the window has been, in the browser's history: Back and Forward walk pages, studies and the welcome page. */
import { z } from "zod";
import { pageSchema } from "./openTabs";
import { keyOf, type Page } from "./tabs.svelte";

/** What one entry of the history shows; without a study, the welcome page. */
export interface Place {
  readonly study: string | null;
  readonly page: Page | null;
}

const entry = z.object({
  noetherscope: z.object({ study: z.string().nullable(), page: pageSchema.nullable() }),
});

/** null where the entry was not made by this window. */
export function placeOf(state: unknown): Place | null {
  const parsed = entry.safeParse(state);
  return parsed.success ? (parsed.data.noetherscope as Place) : null;
}

const same = (a: Place, b: Place): boolean =>
  a.study === b.study && (a.page && keyOf(a.page)) === (b.page && keyOf(b.page));

/** A form that gave way to its run is nothing to go back to. */
const passing = ({ page }: Place): boolean =>
  page !== null && ["new", "simulate", "train"].includes(page.kind);

export class Trail {
  readonly #history: Pick<History, "pushState" | "replaceState" | "state">;
  #going = false;
  #begun = false;

  constructor(history: Pick<History, "pushState" | "replaceState" | "state">) {
    this.#history = history;
  }

  /**
   * The window shows `place` now.
   * @param isOpen whether a page is still among the tabs
   */
  visit(place: Place, isOpen: (page: Page) => boolean): void {
    // On the way to an entry of the history other places flash by.
    if (this.#going) return;
    const last = this.#begun ? placeOf(this.#history.state) : null;
    this.#begun = true;
    if (last === null) return this.#write("replaceState", place);
    if (same(last, place)) return;
    const left = passing(last) && last.study === place.study && !isOpen(last.page!);
    this.#write(left ? "replaceState" : "pushState", place);
  }

  /**
   * Back or Forward was pressed.
   * @param go shows the place; @returns what is shown in the end, which is another one where the page is gone
   */
  async follow(state: unknown, go: (place: Place) => Promise<Place>): Promise<void> {
    const place = placeOf(state);
    if (place === null) return;
    this.#going = true;
    try {
      const shown = await go(place);
      if (!same(shown, place)) this.#write("replaceState", shown);
    } finally {
      this.#going = false;
    }
  }

  #write(way: "pushState" | "replaceState", place: Place): void {
    // The page comes out of state that is watched; the history takes plain data only.
    const noetherscope = { study: place.study, page: place.page && { ...place.page } };
    this.#history[way]({ noetherscope }, "");
  }
}
