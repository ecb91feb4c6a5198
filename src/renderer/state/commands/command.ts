/** One thing that can be done, for palette, menus, shortcuts and the map of keys. */

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: "Study" | "Analysis" | "View" | "Go to";
  /** "Mod+K": Mod is ⌘ on a Mac and Ctrl elsewhere. The first one is shown. */
  readonly keys?: readonly string[];
  readonly keywords?: string;
  /** Why it cannot be done now; it is listed all the same, so that it can be found. */
  readonly hindrance?: string;
  readonly run: () => unknown;
}
