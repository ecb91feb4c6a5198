/** A file dropped on the window: recognised by its ending, uploaded where the host lies elsewhere, and opened. */
import type { MethodOutput, ModelEntry } from "../../shared/contract";
import { dataWords, isDataName } from "../../shared/dataFiles";
import { UserError } from "../../shared/errors";
import { isWeightsName, weightWords } from "../../shared/weightFiles";
import { TRAINING } from "../../shared/training/training";
import type { App } from "./app.svelte";
import type { Opens } from "./dialog";

type Origin = NonNullable<MethodOutput<"figure.identify">>;

function goneSentence(name: string, { run, recorded }: Origin): string {
  return recorded === null
    ? `${name} shows run ${run}, which no study that was opened here lately has, and does not say where it lay.`
    : `${name} shows run ${run}, which is not in ${recorded} any more, nor in a study that was opened here lately.`;
}

/** A figure's numbers are smaller than this; a data set of that size is not read here to see whether it is one. */
const MOST_NUMBERS = 16 << 20;

/** A piece is small enough that progress shows and no frame grows large. */
const PIECE = 1 << 20;

/** What a file is, by its name; undefined where the program opens nothing of the kind. */
function kindOf(name: string): Opens | undefined {
  const ending = name.toLowerCase().split(".").at(-1) ?? "";
  if (ending === "onnx") return "model";
  if (isWeightsName(name)) return "weights";
  if (isDataName(name)) return "data";
  if (["svg", "pdf", "png", "csv"].includes(ending)) return "figure";
  return undefined;
}

/** a, b and c. */
function listed(names: readonly string[]): string {
  return [names.slice(0, -1).join(", "), names.at(-1)].filter(Boolean).join(" and ");
}

/** A sentence for what opens as nothing. */
function refusal(names: readonly string[]): string {
  return `${listed(names)} ${names.length === 1 ? "does" : "do"} not open here: models are .onnx, weights ${weightWords}, data ${dataWords} files.`;
}

/** A study is called after its model, or after the first file where there is none. */
function nameFrom(files: readonly File[]): string {
  const first = files.find(({ name }) => kindOf(name) === "model") ?? files[0]!;
  return first.name.replace(/\.\w+$/, "");
}

/** Takes what is dropped on the window. Without a study open, files begin one: its dialog remembers them. */
export class Drop {
  readonly #app: App;
  /** Being sent: its name and how much of it has arrived, 0…1. */
  sending = $state.raw<{ name: string; fraction: number } | null>(null);
  /** Dropped while no study was open. */
  #waiting: readonly File[] = [];

  constructor(app: App) {
    this.#app = app;
  }

  /**
   * Models first: weights and data that are dropped with one belong to it.
   * @param folders those of the files that are folders, whose contents no browser sends
   */
  async take(files: readonly File[], folders: readonly File[] = []): Promise<void> {
    const order: (Opens | undefined)[] = ["model", "weights", "data", "figure", undefined];
    const sorted = [...files].sort(
      (a, b) => order.indexOf(kindOf(a.name)) - order.indexOf(kindOf(b.name)),
    );
    this.#waiting = [];
    const unknown: File[] = [];
    /** The model that has taken the first weights among them. */
    let loaded: ModelEntry | undefined;
    const added: string[] = [];
    for (const file of sorted) {
      if (folders.includes(file)) await this.#app.attempt(() => this.#takeFolder(file));
      else if (kindOf(file.name) === undefined) unknown.push(file);
      else if (kindOf(file.name) === "weights" && loaded !== undefined) {
        const model = loaded;
        await this.#app.attempt(async () => added.push(await this.#takeCheckpoint(model, file)));
      } else {
        const model = kindOf(file.name) === "weights" ? this.#app.modelForWeights : undefined;
        if (await this.#app.attempt(() => this.#takeOne(file))) loaded = model;
      }
    }
    this.sending = null;
    if (added.length > 0) {
      this.#app.messages.word(
        `A model has one set of weights: for the others it was added again, as ${listed(added)}.`,
      );
    }
    if (unknown.length > 0) this.#app.messages.word(refusal(unknown.map(({ name }) => name)));
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    // A figure among them may have opened its study meanwhile.
    if (this.#app.session !== null) await this.take(waiting);
    else this.#app.dialog = { kind: "new-study", name: nameFrom(waiting), files: waiting };
  }

  async #takeOne(file: File): Promise<void> {
    const { messages, session } = this.#app;
    const kind = kindOf(file.name);
    if (kind === undefined) return;
    if (kind === "figure") {
      const origin = await this.#originOf(file);
      if (origin !== null) await this.#reopen(file.name, origin);
      else if (/\.csv$/i.test(file.name)) {
        messages.word(
          `${file.name} does not open here: save its arrays as an .npz, with numpy.savez.`,
        );
      } else messages.word(`${file.name} was not made here, or its origin was taken out of it.`);
    } else if (
      /\.npz$/i.test(file.name) &&
      file.size < MOST_NUMBERS &&
      (await this.#reopened(file))
    ) {
      return;
    } else if (session === null) {
      this.#waiting = [...this.#waiting, file];
    } else if (kind === "weights" && session.study.models.length === 0) {
      messages.word("Open the model first; then these weights can be put into it.");
    } else {
      await this.#app.openFile(await this.#placeOf(file, session.path), kind);
    }
  }

  /** @returns what the network with these weights is called */
  async #takeCheckpoint(model: ModelEntry, file: File): Promise<string> {
    const path = await this.#placeOf(file, this.#app.session!.path);
    return this.#app.addCheckpoint(model, path, file.name.replace(/\.\w+$/, ""));
  }

  /** Its path on the machine that computes, to which it is sent where it lies elsewhere. */
  async #placeOf(file: File, study: string): Promise<string> {
    return window.noetherscope?.pathOf?.(file) ?? this.#upload(file, study);
  }

  /** A data set may be a folder: Zarr, or shards. Where its place is known it is read there. */
  async #takeFolder(folder: File): Promise<void> {
    const path = window.noetherscope?.pathOf?.(folder);
    const { info, messages, session } = this.#app;
    if (path !== undefined && session !== null) await this.#app.openFile(path, "data");
    else {
      messages.word(
        session === null
          ? `${folder.name} is a folder: begin a study, then add it as data.`
          : `${folder.name} is a folder, which no browser sends: add it as data by its path on ${info?.machine ?? "the computing machine"}.`,
      );
    }
  }

  /** A figure that was exported knows the run that it came from. */
  async #originOf(file: File): Promise<Origin | null> {
    const bytes = new Uint8Array(await file.arrayBuffer());
    return this.#app.client.call("figure.identify", { name: file.name, bytes });
  }

  /** Whether it holds the numbers of a figure: then its run is shown. */
  async #reopened(file: File): Promise<boolean> {
    const origin = await this.#originOf(file);
    if (origin !== null) await this.#reopen(file.name, origin);
    return origin !== null;
  }

  async #reopen(name: string, origin: Origin): Promise<void> {
    if (origin.study !== null) {
      if (this.#app.session?.path !== origin.study) await this.#app.openStudy(origin.study);
      const kind = origin.analysis === TRAINING ? "training" : "run";
      this.#app.session?.tabs.open({ kind, id: origin.run });
    } else if (origin.folder !== null) {
      await this.#takeIn(name, origin.folder);
    } else {
      throw new UserError("figure/gone", goneSentence(name, origin), {
        ...(origin.recorded === null ? {} : { where: origin.recorded }),
        todo: "Put the run's folder back there, or open a study that has the run and drop the figure again.",
      });
    }
  }

  /** A run by itself belongs to no study yet: the one that is open takes a copy. */
  async #takeIn(name: string, folder: string): Promise<void> {
    const { messages, session } = this.#app;
    if (session === null) {
      throw new UserError(
        "figure/no-study",
        `${name} shows the run in ${folder}, which is in no study.`,
        {
          where: folder,
          todo: "Open or create a study and drop the figure again; the study then takes a copy of the run.",
        },
      );
    }
    await session.addRun(folder);
    messages.word(`Copied the run from ${folder} into this study.`);
  }

  async #upload(file: File, study: string): Promise<string> {
    const { client } = this.#app;
    let path: string | null = null;
    for (let offset = 0; path === null; offset += PIECE) {
      this.sending = { name: file.name, fraction: Math.min(1, offset / Math.max(1, file.size)) };
      const bytes = new Uint8Array(await file.slice(offset, offset + PIECE).arrayBuffer());
      const answer = await client.call("files.upload", {
        study,
        name: file.name,
        offset,
        size: file.size,
        bytes,
      });
      path = answer.path;
      if (path === null && offset + PIECE >= file.size) {
        throw new Error(`the upload of ${file.name} ended without a path`);
      }
    }
    return path;
  }
}
