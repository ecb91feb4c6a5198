/**
 * Studies that another program has, while windows here look at them: what that program writes is told as if it were done
 * here, and a study whose program has ended becomes ours, so that nobody need open it again.
 */
import type { Study } from "../../shared/contract";
import { UserError } from "../../shared/errors";
import { addForgotten } from "./handlers/trained";
import type { Services } from "./services";
import type { OpenStudy } from "./study/openStudy";

/** Milliseconds between two looks; a look at a study that is ours costs nothing. */
const EVERY = 2000;

export class Followers {
  readonly #services: Services;
  readonly #timer: NodeJS.Timeout;
  /** What windows were last told here, by study. */
  readonly #told = new WeakMap<OpenStudy, string>();
  #looking: Promise<void> | null = null;

  constructor(services: Services) {
    this.#services = services;
    this.#timer = setInterval(() => void this.look(), EVERY);
    this.#timer.unref();
  }

  /** Looks at every study that is open for reading only; one look at a time. */
  look(): Promise<void> {
    this.#looking ??= this.#all().finally(() => {
      this.#looking = null;
    });
    return this.#looking;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #all(): Promise<void> {
    for (const study of await this.#services.studies.opened()) {
      if (study.readOnly === null) continue;
      try {
        await this.#one(study);
      } catch (error) {
        // A folder that is away for the moment, or a half-copied study: the next look may find it.
        if (!(error instanceof UserError) && !isSystemError(error)) throw error;
      }
    }
  }

  async #one(study: OpenStudy): Promise<void> {
    const { studies, events } = this.#services;
    await study.catchUp();
    await addForgotten(this.#services, study);
    const view = await study.view();
    for (const report of reportsIn(view)) {
      events.emit("training.progress", { study: study.path, job: null, report });
    }
    const now = JSON.stringify(view);
    if (this.#told.get(study) === now) return;
    this.#told.set(study, now);
    await studies.announce(study);
  }
}

function reportsIn({ trainings }: Study) {
  return trainings.flatMap(({ elsewhere }) => elsewhere?.report ?? []);
}

function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && "syscall" in error;
}
