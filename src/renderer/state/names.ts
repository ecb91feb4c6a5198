/** What pages and analyses are called in tabs, trees, titles and buttons. */
import { analysisById } from "../../shared/analyses";
import type { Study } from "../../shared/contract";
import { trainingOf, type Jobs } from "./jobs.svelte";
import type { Page } from "./tabs.svelte";

/** As it stands within a sentence: people keep their capital, as Sophus Lie does. */
export function withinSentence(title: string): string {
  return /^(Lie)\b/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1);
}

/** What a text says first, where the whole of it stands elsewhere. */
export function firstSentence(text: string): string {
  return text.split(/(?<=\.)\s/u)[0] ?? text;
}

/** @param jobs the window's, since a training that waits for its turn is in no study yet */
export function nameOf(page: Page, study: Study, jobs?: Pick<Jobs, "ofTraining">): string {
  switch (page.kind) {
    case "study":
      return "Overview";
    case "simulate":
      return "Simulate data";
    case "train":
      return "Train a network";
    case "training":
      return `Training ${trainingName(page.id, study, jobs)}`.trim();
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

function trainingName(
  id: string,
  study: Study,
  jobs: Pick<Jobs, "ofTraining"> | undefined,
): string {
  const found = study.trainings.find((training) => training.id === id);
  const job = jobs?.ofTraining(id);
  return found?.name ?? (job === undefined ? "" : trainingOf(job));
}
