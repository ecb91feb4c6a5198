/** What is done to studies and their files. */
import type { App } from "../app.svelte";
import type { Command } from "./command";

export function studyCommands(app: App): Command[] {
  const { session } = app;
  const commands: Command[] = [
    {
      id: "study.open",
      label: "Open study…",
      group: "Study",
      run: () => app.browse("study"),
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
  if (study.readOnly === null) {
    commands.unshift(
      {
        id: "data.add",
        label: "Add data…",
        group: "Study",
        keys: ["Mod+O"],
        keywords: "open npz file",
        run: () => app.browse("data"),
      },
      {
        id: "model.add",
        label: "Add model…",
        group: "Study",
        keys: ["Mod+Shift+O"],
        keywords: "open onnx checkpoint network",
        run: () => app.browse("model"),
      },
    );
    if (study.models.length > 0) {
      commands.push({
        id: "weights.add",
        label: "Load weights into the model…",
        group: "Study",
        keywords: "checkpoint safetensors pytorch pt pth ckpt flax keras",
        run: () => app.browse("weights"),
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
