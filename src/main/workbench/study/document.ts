/**
 * `study.json`: what was opened, how it is read, and what was asked for. Anyone can read it without this program.
 * Paths inside the study's folder are stored relative to it, so that a study can be moved and sent.
 */
import { readFile } from "node:fs/promises";
import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { analysisRequest, study } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { atomicWrite } from "../../data/atomic";
import { fileError } from "../../../shared/fileErrors";

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
  const path = documentPath(folder);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw fileError(error, path, "read");
    throw new UserError("study/missing", `${folder} is no study: it has no study.json.`, {
      where: folder,
      todo: "Choose a study's folder, or create a study.",
    });
  }
  return mapPaths(parseDocument(text, path), (stored) =>
    isAbsolute(stored) ? stored : resolve(folder, stored),
  );
}

function parseDocument(text: string, path: string): StudyDocument {
  const damaged = (problem: string): UserError =>
    new UserError("study/damaged", `${path} is damaged: ${problem}.`, {
      where: path,
      todo: "Restore it from a backup; the runs beside it can still be read.",
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damaged((error as Error).message);
  }
  const { format } = z
    .object({ format: z.number().catch(NaN) })
    .catch({ format: NaN })
    .parse(json);
  if (format > STUDY_FORMAT) {
    throw new UserError(
      "study/newer",
      `${path} was written by a newer version of Noetherscope (format ${format}, this one reads up to ${STUDY_FORMAT}).`,
      { where: path, todo: "Update Noetherscope; the study is left as it is." },
    );
  }
  const parsed = studyDocument.safeParse(json);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw damaged(`${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`);
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
