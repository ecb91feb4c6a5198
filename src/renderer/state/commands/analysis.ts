/** What starts, repeats and stops runs. */
import { analyses } from "../../../shared/analyses";
import type { App } from "../app.svelte";
import { withinSentence } from "../names";
import type { Command } from "./command";

export function analysisCommands(app: App): Command[] {
  const { session } = app;
  if (session === null) return [];
  const page = session.tabs.active;
  const locked = session.study.readOnly !== null;
  const commands = Object.values(analyses).map((analysis): Command => ({
    id: `analysis.${analysis.id}`,
    label: `New ${withinSentence(analysis.title)} run…`,
    group: "Analysis",
    keywords: "analyse",
    run: () => session.setUp(analysis.id),
    ...(locked ? { hindrance: "This study is open for reading only." } : {}),
  }));
  if (!locked) {
    commands.push({
      id: "simulate",
      label: "Simulate data…",
      group: "Analysis",
      keywords: "physics equation trajectories generate",
      run: () => session.tabs.open({ kind: "simulate" }),
    });
    commands.push({
      id: "train",
      label: "Train a network…",
      group: "Analysis",
      keywords: "fit learn emulator architecture unet checkpoint",
      run: () => session.tabs.open({ kind: "train" }),
    });
  }
  const run =
    page?.kind === "run" ? session.study.runs.find(({ id }) => id === page.id) : undefined;
  if (run !== undefined && !locked) {
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
      label: `${job.training === null ? "Cancel" : "Pause"}: ${job.title}`,
      group: "Analysis",
      run: () => app.jobs.cancel(job.id),
    });
  }
  return commands;
}
