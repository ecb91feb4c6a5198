/** Everything that can be done, once: palette, menus, shortcuts and the map of keys read this list. */
import type { App } from "../app.svelte";
import { analysisCommands } from "./analysis";
import type { Command } from "./command";
import { places } from "./places";
import { studyCommands } from "./study";
import { viewCommands } from "./view";

export type { Command } from "./command";
export { search } from "./search";

/** What can be done now, in the palette's order. */
export function commandsOf(app: App): Command[] {
  return [...studyCommands(app), ...analysisCommands(app), ...viewCommands(app), ...places(app)];
}
