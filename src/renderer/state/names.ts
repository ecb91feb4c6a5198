/** What pages and analyses are called in tabs, trees, titles and buttons. */
import { analysisById } from "../../shared/analyses";
import type { Study } from "../../shared/contract";
import type { Page } from "./tabs.svelte";

/** As it stands within a sentence: people keep their capital, as Sophus Lie does. */
export function withinSentence(title: string): string {
  return /^(Lie)\b/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1);
}

/** What a text says first, where the whole of it stands elsewhere. */
export function firstSentence(text: string): string {
  return text.split(/(?<=\.)\s/u)[0] ?? text;
}

/** As the tree lists it; one that waits for its turn has no name yet. */
function trainingName(training: Study["trainings"][number] | undefined): string {
  return training === undefined ? "Training" : `Training ${training.name}`;
}

export function nameOf(page: Page, study: Study): string {
  switch (page.kind) {
    case "study":
      return "Overview";
    case "simulate":
      return "Simulate data";
    case "train":
      return "Train a network";
    case "training":
      return trainingName(study.trainings.find(({ id }) => id === page.id));
    case "data":
      return study.data.find(({ id }) => id === page.id)?.name ?? "Data";
    case "model":
      return study.models.find(({ id }) => id === page.id)?.name ?? "Model";
    case "run":
      return study.runs.find(({ id }) => id === page.id)?.title ?? "Run";
    case "new":
      return `New ${withinSentence(analysisById(page.analysis)?.title ?? "run")}`;
  }
}
