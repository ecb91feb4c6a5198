/** What is open in the middle: pages in tabs, and one beside it for comparing. */
import type { OpenTabs } from "./openTabs";

export type Page =
  | { readonly kind: "study" }
  | { readonly kind: "data"; readonly id: string }
  | { readonly kind: "model"; readonly id: string }
  | { readonly kind: "run"; readonly id: string }
  /** The form of a simulation. */
  | { readonly kind: "simulate" }
  /** The form of a training. */
  | { readonly kind: "train" }
  | { readonly kind: "training"; readonly id: string }
  /** The form of an analysis, filled from a run where it is done again. */
  | { readonly kind: "new"; readonly analysis: string; readonly from?: string };

export function keyOf(page: Page): string {
  switch (page.kind) {
    case "study":
    case "simulate":
    case "train":
      return page.kind;
    case "new":
      return `new:${page.analysis}:${page.from ?? ""}`;
    default:
      return `${page.kind}:${page.id}`;
  }
}

export class Tabs {
  #pages = $state.raw<readonly Page[]>([{ kind: "study" }]);
  #active = $state("study");
  #beside = $state<string | null>(null);
  readonly #onclosed: (key: string) => void;
  /** Whether two runs side by side are drawn on the same axes. */
  sameAxes = $state(true);

  /** @param onclosed hears the key of every page that is no longer open */
  constructor(onclosed: (key: string) => void = () => undefined) {
    this.#onclosed = onclosed;
  }

  get pages(): readonly Page[] {
    return this.#pages;
  }

  readonly active = $derived(
    this.#pages.find((page) => keyOf(page) === this.#active) ?? this.#pages[0],
  );
  readonly beside = $derived(
    this.#beside === this.#active
      ? undefined
      : this.#pages.find((page) => keyOf(page) === this.#beside),
  );

  /** What `restore` takes. */
  get kept(): OpenTabs {
    return { pages: this.#pages, active: this.#active, beside: this.#beside };
  }

  /** As they were, less the pages of what is gone. */
  restore({ pages, active, beside }: OpenTabs, there: (page: Page) => boolean): void {
    const kept = pages.filter((page) => page.kind !== "study" && there(page));
    this.#pages = [{ kind: "study" }, ...kept];
    this.#active = active;
    this.#beside = beside;
  }

  open(page: Page): void {
    const key = keyOf(page);
    if (!this.#pages.some((open) => keyOf(open) === key)) this.#pages = [...this.#pages, page];
    this.#active = key;
  }

  /** Puts `page` where `old` was, as a form gives way to the run that it started. */
  replace(old: Page, page: Page): void {
    const key = keyOf(page);
    const rest = this.#pages.filter((open) => keyOf(open) !== key);
    this.#pages = rest.map((open) => (keyOf(open) === keyOf(old) ? page : open));
    if (!this.#pages.includes(page)) this.#pages = [...this.#pages, page];
    if (this.#active === keyOf(old)) this.#active = key;
    this.#onclosed(keyOf(old));
  }

  /** Shows the page to the right of the active one; the same page again puts it away. */
  compare(page: Page): void {
    const key = keyOf(page);
    if (this.#beside === key) {
      this.#beside = null;
      return;
    }
    if (key === this.#active) {
      const others = this.#pages.filter((open) => keyOf(open) !== key);
      const other = others.findLast((open) => open.kind === page.kind) ?? others.at(-1);
      if (other !== undefined) this.#active = keyOf(other);
    }
    this.#beside = key;
  }

  close(page: Page): void {
    const key = keyOf(page);
    const at = this.#pages.findIndex((open) => keyOf(open) === key);
    if (at < 0 || page.kind === "study") return;
    this.#pages = this.#pages.filter((open) => keyOf(open) !== key);
    if (this.#beside === key) this.#beside = null;
    this.#onclosed(key);
    if (this.#active === key) {
      const next = this.#pages[Math.min(at, this.#pages.length - 1)];
      this.#active = next === undefined ? "study" : keyOf(next);
    }
  }

  /** The tab `step` places on, around the ends. */
  move(step: number): void {
    const at = this.#pages.findIndex((page) => keyOf(page) === this.#active);
    const next = this.#pages[(at + step + this.#pages.length) % this.#pages.length];
    if (next !== undefined) this.#active = keyOf(next);
  }

  keepOnly(there: (page: Page) => boolean): void {
    for (const page of this.#pages) if (!there(page)) this.close(page);
  }
}
