/** Light or dark: the system's, unless chosen here. */
import { MediaQuery } from "svelte/reactivity";
import { themes, type ChartTheme } from "../../shared/charts/theme";

export type ThemeChoice = "system" | "light" | "dark";

const KEY = "noetherscope-theme";

export class Theme {
  readonly #dark = new MediaQuery("(prefers-color-scheme: dark)");
  #choice = $state<ThemeChoice>("system");

  readonly name = $derived<"light" | "dark">(
    this.#choice === "system" ? (this.#dark.current ? "dark" : "light") : this.#choice,
  );
  readonly chart: ChartTheme = $derived(themes[this.name]);

  constructor() {
    const stored = localStorage.getItem(KEY);
    if (stored === "light" || stored === "dark") this.#choice = stored;
  }

  get choice(): ThemeChoice {
    return this.#choice;
  }

  choose(choice: ThemeChoice): void {
    this.#choice = choice;
    if (choice === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, choice);
  }
}
