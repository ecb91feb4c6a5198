/** What pages are called in tabs, trees and titles. */
import { analysisById } from "../../shared/analyses";
import type { Study } from "../../shared/contract";
import type { Page } from "./tabs.svelte";

export function nameOf(page: Page, study: Study): string {
  switch (page.kind) {
    case "study":
      return "Overview";
    case "data":
      return study.data.find(({ id }) => id === page.id)?.name ?? "Data";
    case "model":
      return study.models.find(({ id }) => id === page.id)?.name ?? "Model";
    case "run":
      return study.runs.find(({ id }) => id === page.id)?.title ?? "Run";
    case "new":
      return `New ${analysisById(page.analysis)?.title.toLowerCase() ?? "run"}`;
  }
}
