/**
 * `study.json`: what was opened, how it is read, and what was asked for. Anyone can read it without this program.
 * Paths inside the study's folder are stored relative to it, so that a study can be moved and sent.
 */
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { analysisRequest, study } from "../../../shared/contract";
import { queuedWork } from "../../../shared/waiting";
import { atomicWrite } from "../../data/atomic";
import { readRecord } from "../../data/record";

/** Raised when what a field means changes. */
const STUDY_FORMAT = 1;

const storedData = study.shape.data.element.omit({ state: true });
const storedModel = study.shape.models.element.omit({
  state: true,
  checkpoints: true,
  removedTraining: true,
});

const studyDocument = z.object({
  format: z.literal(STUDY_FORMAT),
  name: z.string(),
  notes: z.string(),
  data: z.array(storedData),
  models: z.array(storedModel),
  /** Runs that were asked for, by the run's id; `noetherscope run` makes those that are not there. */
  requests: z.array(z.object({ id: z.string(), ...analysisRequest.shape })),
  /** Trainings and simulations that were asked for and have left nothing yet, in the order in which they were. */
  queue: z.array(queuedWork).default([]),
  /** Runs that lie in the trash folder. */
  removed: z.array(z.string()),
  /** Trainings that were removed: undo finds their folders in the trash until the study is closed. */
  removedTrainings: z.array(z.object({ id: z.string(), name: z.string() })).default([]),
  /** Seeds of trainings, as "ID/folder", whose networks the study has got: one that was taken out again stays out. */
  received: z.array(z.string()).default([]),
  /** Key of the subgroup that figures set apart unless another is picked; null for the paper's. */
  setApart: z.string().nullable().default(null),
});
export type StudyDocument = z.infer<typeof studyDocument>;
export type StoredData = z.infer<typeof storedData>;
export type StoredModel = z.infer<typeof storedModel>;
export type StoredRequest = StudyDocument["requests"][number];

export function emptyDocument(name: string): StudyDocument {
  return {
    format: STUDY_FORMAT,
    name,
    notes: "",
    data: [],
    models: [],
    requests: [],
    queue: [],
    removed: [],
    removedTrainings: [],
    received: [],
    setApart: null,
  };
}

export function documentPath(folder: string): string {
  return join(folder, "study.json");
}

/** @throws UserError "study/missing", "study/newer", "study/damaged", "file/…" */
export async function readDocument(folder: string): Promise<StudyDocument> {
  const document = await readRecord(documentPath(folder), {
    code: "study",
    schema: studyDocument,
    format: STUDY_FORMAT,
    missing: {
      sentence: `${folder} is no study: it has no study.json.`,
      todo: "Choose a study's folder, or create a study.",
    },
    newer: "Update Noetherscope; the study is left as it is.",
    damaged: "Restore it from a backup; the runs beside it can still be read.",
  });
  return mapPaths(document, (stored) => (isAbsolute(stored) ? stored : resolve(folder, stored)));
}

/** @throws UserError "file/…"; the file that was there is untouched then */
export async function writeDocument(folder: string, document: StudyDocument): Promise<void> {
  const portable = mapPaths(document, (path) => {
    const inside = relative(folder, path);
    return inside === "" || inside.startsWith("..") || isAbsolute(inside)
      ? path
      : inside.split(sep).join("/");
  });
  await atomicWrite(documentPath(folder), `${JSON.stringify(portable, null, 2)}\n`);
}

/** The document with every path of a file replaced. */
function mapPaths(document: StudyDocument, map: (path: string) => string): StudyDocument {
  const moved = <T extends { path: string }>(file: T): T => ({ ...file, path: map(file.path) });
  return {
    ...document,
    data: document.data.map((entry) => ({
      ...entry,
      file: moved(entry.file),
      info: moved(entry.info),
    })),
    models: document.models.map((entry) => ({
      ...entry,
      file: moved(entry.file),
      weights: entry.weights === null ? null : moved(entry.weights),
      info: moved(entry.info),
    })),
  };
}
