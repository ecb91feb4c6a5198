/** The pages of the open study. */
import type { App } from "../app.svelte";
import type { Command } from "./command";

export function places(app: App): Command[] {
  const { session } = app;
  if (session === null) return [];
  const { study, tabs } = session;
  const to = (kind: "data" | "model" | "run" | "training", id: string, label: string): Command => ({
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
    ...study.trainings.map((entry) => to("training", entry.id, `Training ${entry.name}`)),
    ...study.runs.map((entry) => to("run", entry.id, entry.title)),
  ];
}
