/** Figures: exported, fetched, and traced back to the run, or the training, that made them. */
import { readFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { FigureRequest } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { readRun } from "../../compute/runFolder";
import { atomicWrite } from "../../data/atomic";
import { makeFolder } from "../../data/makeFolder";
import { fileError } from "../../../shared/fileErrors";
import { TRAINING } from "../../../shared/training/training";
import type { Handlers, Services } from "../services";
import { figuresFolder } from "../study/openStudy";
import { Runs } from "../study/runs";
import { Trainings } from "../study/trainings";

export function figureHandlers(
  services: Services,
): Pick<Handlers, "figure.export" | "figure.read" | "figure.identify"> {
  const { compute, studies } = services;
  return {
    "figure.export": async (request) => {
      const study = await studies.get(request.study);
      const { format, theme, view, width, figure } = request;
      const run = study.runs.folderOf(request.run);
      const folder = (await study.trainings.has(request.run))
        ? study.trainings.folderOf(request.run)
        : run;
      const path =
        request.path === undefined
          ? join(figuresFolder(study.path), fileName(request))
          : resolve(request.path);
      if (request.path === undefined) await study.assertWritable();
      const bytes = await compute.call("exportFigure", {
        folder,
        figure,
        format,
        theme,
        view,
        width,
        study: study.path,
      });
      try {
        await makeFolder(dirname(path));
      } catch (error) {
        throw fileError(error, path, "write");
      }
      await atomicWrite(path, bytes);
      await studies.announce(study);
      return { path, bytes: bytes.length };
    },
    "figure.read": async ({ study, name }) => {
      const folder = figuresFolder((await studies.get(study)).path);
      if (name !== basename(name) || name.startsWith(".")) {
        throw new UserError("figure/name", `“${name}” is no figure of this study.`);
      }
      const path = join(folder, name);
      try {
        return { name, bytes: new Uint8Array(await readFile(path)) };
      } catch (error) {
        throw fileError(error, path, "read");
      }
    },
    "figure.identify": async ({ name, bytes }) => {
      const found = await compute.call("identifyFigure", { name, bytes });
      if (found === null) return null;
      const { run, analysis, figure, study, folder } = found;
      // A training lies in a study even where the command line drew it.
      const named = analysis === TRAINING && folder !== null ? dirname(dirname(folder)) : study;
      const here = await studyWithRun(services, run, named);
      return {
        study: here,
        folder: here === null && (await isRun(folder, run)) ? folder : null,
        recorded: study ?? folder,
        run,
        analysis,
        figure,
      };
    },
  };
}

/** `coherence-2026-11-21-101500-3f9c-by-element-r2-85mm.svg`. */
function fileName({ run, figure, view, width, theme, format }: FigureRequest): string {
  const parts = [run, figure, view.element, view.quantity, view.row, view.column]
    .filter((part) => part !== undefined)
    .map((part) => String(part).replace(/[^\w.-]+/g, "-"));
  const look = theme === "print" ? [] : [theme];
  return `${[...parts, `${width}mm`, ...look].join("-")}.${format}`;
}

/** The study that has this run: the one that the figure names, or one that is open or was lately. */
async function studyWithRun(
  { studies, recent }: Services,
  run: string,
  named: string | null,
): Promise<string | null> {
  const known = [...studies.paths(), ...(await recent.list()).map(({ path }) => path)];
  for (const study of new Set(named === null ? known : [named, ...known])) {
    if (await isRun(new Runs(study).folderOf(run))) return study;
    if (await new Trainings(study).has(run)) return study;
  }
  return null;
}

/** @param id of the run that must lie there, where the folder's name does not say it */
async function isRun(folder: string | null, id?: string): Promise<boolean> {
  if (folder === null) return false;
  try {
    const record = await readRun(folder);
    return id === undefined || record.id === id;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
