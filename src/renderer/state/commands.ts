/** Everything that can be done, once: palette, shortcuts and the map of keys read this list. */
import { analyses } from "../../shared/analyses";
import type { App } from "./app.svelte";
import { withinSentence } from "./names";

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

/** What can be done now, in the palette's order. */
export function commandsOf(app: App): Command[] {
  return [...studyCommands(app), ...analysisCommands(app), ...viewCommands(app), ...places(app)];
}

function studyCommands(app: App): Command[] {
  const { session } = app;
  const commands: Command[] = [
    {
      id: "study.open",
      label: "Open study…",
      group: "Study",
      run: () => {
        app.dialog = {
          kind: "files",
          title: "Open study",
          accept: ["study"],
          chosen: (path) => app.openStudy(path),
        };
      },
    },
    {
      id: "study.new",
      label: "New study…",
      group: "Study",
      run: () => (app.dialog = { kind: "new-study" }),
    },
    ...(app.examples ?? []).map((example): Command => ({
      id: `example.${example.id}`,
      label: `Open example: ${example.title}`,
      group: "Study",
      run: () => app.openExample(example.id),
    })),
  ];
  if (session === null) return [...commands, ...history(app)];
  const { study } = session;
  const file = (title: string, accept: "model" | "data" | "weights"): void => {
    app.dialog = {
      kind: "files",
      title,
      accept: [accept],
      chosen: (path) => app.openFile(path, accept),
    };
  };
  if (study.readOnly === null) {
    commands.unshift(
      {
        id: "data.add",
        label: "Add data…",
        group: "Study",
        keys: ["Mod+O"],
        keywords: "open npz file",
        run: () => file("Add data", "data"),
      },
      {
        id: "model.add",
        label: "Add model…",
        group: "Study",
        keys: ["Mod+Shift+O"],
        keywords: "open onnx checkpoint network",
        run: () => file("Add model", "model"),
      },
    );
    if (study.models.length > 0) {
      commands.push({
        id: "weights.add",
        label: "Load weights into the model…",
        group: "Study",
        keywords: "checkpoint safetensors",
        run: () => file("Load weights", "weights"),
      });
    }
  }
  commands.push(...history(app));
  commands.push({
    id: "study.close",
    label: "Close study",
    group: "Study",
    keywords: "welcome",
    run: () => app.closeStudy(),
  });
  return commands;
}

/** Undo and redo are always listed, with what they would do where there is something. */
function history({ session }: App): Command[] {
  const step = (
    what: "undo" | "redo",
    label: string,
    keys: readonly string[],
    run: () => unknown,
  ): Command => {
    const edit = session?.study[what] ?? null;
    return {
      id: what,
      label: edit === null ? label : `${label}: ${edit}`,
      group: "Study",
      keys,
      keywords: "history back again",
      run,
      ...(edit === null ? { hindrance: `There is nothing to ${what}.` } : {}),
    };
  };
  return [
    step("undo", "Undo", ["Mod+Z"], () => session?.undo()),
    step("redo", "Redo", ["Mod+Shift+Z", "Mod+Y"], () => session?.redo()),
  ];
}

function analysisCommands(app: App): Command[] {
  const { session } = app;
  if (session === null) return [];
  const page = session.tabs.active;
  const commands = Object.values(analyses).map((analysis): Command => ({
    id: `analysis.${analysis.id}`,
    label: `New ${withinSentence(analysis.title)} run…`,
    group: "Analysis",
    keywords: "analyse",
    run: () => session.setUp(analysis.id),
  }));
  const run =
    page?.kind === "run" ? session.study.runs.find(({ id }) => id === page.id) : undefined;
  if (run !== undefined) {
    commands.push({
      id: "run.again",
      label: "Again with other parameters…",
      group: "Analysis",
      run: () => session.again(run.id, run.analysis),
    });
  }
  for (const job of [...app.jobs.running, ...app.jobs.queued]) {
    commands.push({
      id: `job.cancel.${job.id}`,
      label: `Cancel: ${job.title}`,
      group: "Analysis",
      run: () => app.jobs.cancel(job.id),
    });
  }
  return commands;
}

function viewCommands(app: App): Command[] {
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

function places(app: App): Command[] {
  const { session } = app;
  if (session === null) return [];
  const { study, tabs } = session;
  const to = (kind: "data" | "model" | "run", id: string, label: string): Command => ({
    id: `go.${kind}.${id}`,
    label,
    group: "Go to",
    keywords: kind,
    run: () => tabs.open({ kind, id }),
  });
  return [
    {
      id: "go.study",
      label: `Overview of ${study.name}`,
      group: "Go to",
      run: () => tabs.open({ kind: "study" }),
    },
    ...study.data.map((entry) => to("data", entry.id, entry.name)),
    ...study.models.map((entry) => to("model", entry.id, entry.name)),
    ...study.runs.map((entry) => to("run", entry.id, entry.title)),
  ];
}

/** Commands in which every word of `text` begins some word, those whose label begins with it first. */
export function search(commands: readonly Command[], text: string): Command[] {
  const split = (words: string): string[] =>
    words
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean);
  const wanted = split(text);
  const wordsOf = ({ label, keywords, group }: Command): string[] =>
    split(`${label} ${keywords ?? ""} ${group}`);
  const first = (command: Command): number =>
    command.label.toLowerCase().startsWith(text.trim().toLowerCase()) ? 0 : 1;
  return commands
    .filter((command) => {
      const words = wordsOf(command);
      return wanted.every((start) => words.some((word) => word.startsWith(start)));
    })
    .sort((a, b) => first(a) - first(b));
}
