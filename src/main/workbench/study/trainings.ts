/** The trainings of a study's folder: what `checkpoints/<id>/training.json` say, read again only when they changed. */
import { stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { analysisById } from "../../../shared/analyses";
import type { AnalysisRequest, Study } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { CHECKPOINT_PATTERN, CHECKPOINTS_OF_SEEDS } from "../../../shared/training/checkpoints";
import type { TrainingEntry, TrainingRecord } from "../../../shared/training/training";
import { runningElsewhere } from "./elsewhere";
import type { Lock } from "./lock";
import {
  listTrainings,
  readTraining,
  recordPath,
  trainingFolder,
  trainingsFolder,
} from "../../training/folder";
import { withSeeds } from "../withSeeds";

type Entries = { readonly id: string; readonly file: { readonly path: string } }[];

export class Trainings {
  readonly #study: string;
  readonly #read = new Map<string, { stamp: string; record: TrainingRecord | null }>();

  constructor(study: string) {
    this.#study = study;
  }

  folderOf(id: string): string {
    return trainingFolder(this.#study, id);
  }

  /** Whether there is a training of that id, readable or not. */
  async has(id: string): Promise<boolean> {
    return (await stampOf(this.folderOf(id))) !== null;
  }

  /** All readable trainings, oldest first; what is damaged or of another version is passed over. */
  async list(): Promise<TrainingRecord[]> {
    const names = await listTrainings(this.#study);
    const records = await Promise.all(names.map((name) => this.#record(name)));
    return records
      .filter((record) => record !== null)
      .sort((a, b) => a.started.localeCompare(b.started));
  }

  /** As windows see them, with the study's entries of their networks and data. */
  async view(data: Entries, models: Entries, lock: Lock): Promise<TrainingEntry[]> {
    const entries = (await this.list()).map(async (record) => {
      const folder = this.folderOf(record.id);
      const path = join(this.#study, record.data.path);
      const used = isAbsolute(record.data.path) ? record.data.path : path;
      return {
        ...record,
        models: models.filter(({ file }) => file.path.startsWith(folder + sep)).map(({ id }) => id),
        dataEntry: data.find(({ file }) => file.path === used)?.id ?? null,
        ...(await this.#elsewhere(folder, lock)),
      };
    });
    return Promise.all(entries);
  }

  async #elsewhere(folder: string, lock: Lock): Promise<Pick<TrainingEntry, "elsewhere">> {
    const elsewhere = await runningElsewhere(folder, lock);
    return elsewhere === null ? {} : { elsewhere };
  }

  /** Whether a training's record is another on the disk than was last read, or there and was never read. */
  async hasNews(id: string): Promise<boolean> {
    const stamp = await stampOf(this.folderOf(id));
    return stamp !== null && this.#read.get(id)?.stamp !== stamp;
  }

  /**
   * "NAME, 2 seeds" where an analysis goes over the checkpoints of all seeds of the training that made the model; null
   * elsewhere. None that are named are those beside the model: of an ensemble, in the folders of its seeds.
   * @param model path of its file
   */
  async overSeeds(
    model: string,
    { analysis, parameters }: Pick<AnalysisRequest, "analysis" | "parameters">,
  ): Promise<string | null> {
    const list = String(parameters["checkpoints"] ?? "").trim();
    const beside = list === "" && analysisById(analysis)?.checkpoints === "weights";
    if (!beside && list !== CHECKPOINTS_OF_SEEDS) return null;
    const records = await this.list();
    const made = records.find(({ id }) => model.startsWith(this.folderOf(id) + sep));
    return made === undefined || made.seeds.length < 2
      ? null
      : withSeeds(made.name, made.seeds.length);
  }

  /** Whether that file belongs to a training that was removed, as entries say it. */
  removedFrom(
    file: string,
    removed: readonly { readonly id: string; readonly name: string }[],
  ): { removedTraining: string } | undefined {
    const training = removed.find(({ id }) => file.startsWith(this.folderOf(id) + sep));
    return training === undefined ? undefined : { removedTraining: training.name };
  }

  async #record(name: string): Promise<TrainingRecord | null> {
    const folder = this.folderOf(name);
    const stamp = await stampOf(folder);
    if (stamp === null) return null;
    const known = this.#read.get(name);
    if (known?.stamp === stamp) return known.record;
    const record = await readTraining(folder).catch((error: unknown) => {
      if (error instanceof UserError) return null;
      throw error;
    });
    // The folder's name is what the study calls it, also where a folder was copied under another name.
    this.#read.set(name, { stamp, record: record === null ? null : { ...record, id: name } });
    return this.#read.get(name)!.record;
  }
}

/** Of the record in that folder; null where there is none. */
async function stampOf(folder: string): Promise<string | null> {
  try {
    const { size, mtimeMs } = await stat(recordPath(folder));
    return `${size} ${mtimeMs}`;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return null;
    throw error;
  }
}

/** Checkpoints of the training that made a model's weights, from the model's folder; absent where none did. */
export function seriesOf(
  study: string,
  { file, weights }: Pick<Study["models"][number], "file" | "weights">,
): { checkpoints?: string } {
  const place = relative(trainingsFolder(study), weights?.path ?? "").split(sep);
  const model = relative(trainingsFolder(study), file.path).split(sep);
  if (weights === null || place[0] === ".." || place.length < 2 || model[0] !== place[0]) return {};
  return { checkpoints: [...place.slice(1, -1), CHECKPOINT_PATTERN].join("/") };
}
