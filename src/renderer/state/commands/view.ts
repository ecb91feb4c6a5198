/** What changes how the window looks: dialogs, theme, panels, tabs. */
import type { App } from "../app.svelte";
import type { Command } from "./command";

export function viewCommands(app: App): Command[] {
  const { session, layout } = app;
  const commands: Command[] = [
    {
      id: "palette",
      label: "Search or do…",
      group: "View",
      keys: ["Mod+K"],
      run: () => (app.dialog = { kind: "palette" }),
    },
    {
      id: "shortcuts",
      label: "Keyboard map",
      group: "View",
      keys: ["?"],
      keywords: "shortcuts help",
      run: () => (app.dialog = { kind: "shortcuts" }),
    },
    {
      id: "devices",
      label: "Devices",
      group: "View",
      keywords: "gpu cuda webgpu executor speed hardware",
      run: () => (app.dialog = { kind: "devices" }),
    },
    ...(["system", "light", "dark"] as const).map((choice): Command => ({
      id: `theme.${choice}`,
      label: choice === "system" ? "Theme as the system" : `Theme: ${choice}`,
      group: "View",
      run: () => app.theme.choose(choice),
    })),
  ];
  if (session === null || layout === null) return commands;
  const { tabs } = session;
  // Browsers keep Ctrl and a digit for their own tabs.
  const inBrowser = app.info?.host === "browser";
  const panelKeys = (digit: number): string[] =>
    inBrowser ? [`Alt+${digit}`, `Mod+${digit}`] : [`Mod+${digit}`, `Alt+${digit}`];
  commands.push(
    {
      id: "panel.tree",
      label: "Study panel",
      group: "View",
      keys: panelKeys(1),
      run: () => layout.toggle("tree"),
    },
    {
      id: "panel.page",
      label: "Page beside, or put away",
      group: "View",
      keys: panelKeys(2),
      keywords: "compare split",
      run: () => {
        const page = tabs.beside ?? tabs.active;
        if (page !== undefined) tabs.compare(page);
      },
    },
    {
      id: "panel.inspector",
      label: "Inspector",
      group: "View",
      keys: panelKeys(3),
      run: () => layout.toggle("inspector"),
    },
    {
      id: "panel.jobs",
      label: "Jobs panel",
      group: "View",
      keys: panelKeys(4),
      run: () => layout.toggle("jobs"),
    },
    { id: "tab.next", label: "Next tab", group: "View", keys: ["Alt+]"], run: () => tabs.move(1) },
    {
      id: "tab.previous",
      label: "Previous tab",
      group: "View",
      keys: ["Alt+["],
      run: () => tabs.move(-1),
    },
    {
      id: "tab.close",
      label: "Close tab",
      group: "View",
      keys: ["Alt+W"],
      run: () => {
        if (tabs.active !== undefined) tabs.close(tabs.active);
      },
    },
  );
  return commands;
}
