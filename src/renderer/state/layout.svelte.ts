/** Which panels are open and how wide, remembered for each study on this machine. */

export type Panel = "tree" | "inspector" | "jobs";

interface Stored {
  widths: Record<Panel, number>;
  closed: Panel[];
}

const initial: Stored = { widths: { tree: 224, inspector: 292, jobs: 150 }, closed: ["jobs"] };
const limits: Record<Panel, readonly [number, number]> = {
  tree: [160, 420],
  inspector: [220, 520],
  jobs: [80, 420],
};

export class Layout {
  readonly #key: string;
  #stored = $state.raw<Stored>(initial);
  /** Below 1200 px the inspector lies over the page and is opened when wanted. */
  #drawer = $state(false);
  #narrow = $state(false);

  constructor(study: string) {
    this.#key = `noetherscope-layout:${study}`;
    try {
      const text = localStorage.getItem(this.#key);
      if (text !== null) this.#stored = { ...initial, ...(JSON.parse(text) as Stored) };
    } catch {
      // Storage that is switched off or holds something else: the initial layout serves.
    }
  }

  get narrow(): boolean {
    return this.#narrow;
  }

  set narrow(value: boolean) {
    this.#narrow = value;
    this.#drawer = false;
  }

  width(panel: Panel): number {
    return this.#stored.widths[panel];
  }

  isOpen(panel: Panel): boolean {
    if (panel === "inspector" && this.#narrow) return this.#drawer;
    return !this.#stored.closed.includes(panel);
  }

  toggle(panel: Panel): void {
    if (panel === "inspector" && this.#narrow) {
      this.#drawer = !this.#drawer;
      return;
    }
    const closed = this.isOpen(panel)
      ? [...this.#stored.closed, panel]
      : this.#stored.closed.filter((other) => other !== panel);
    this.#keep({ ...this.#stored, closed });
  }

  resize(panel: Panel, width: number): void {
    const [least, most] = limits[panel];
    const widths = { ...this.#stored.widths, [panel]: Math.min(most, Math.max(least, width)) };
    this.#keep({ ...this.#stored, widths });
  }

  #keep(stored: Stored): void {
    this.#stored = stored;
    try {
      localStorage.setItem(this.#key, JSON.stringify(stored));
    } catch {
      // A full or forbidden storage only means that the layout is not remembered.
    }
  }
}
