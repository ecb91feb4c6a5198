/** A figure of a finished run, or of a training as far as it came, as the bytes of a file. */
import { access } from "node:fs/promises";
import { join } from "node:path";
import { elementsOf } from "../../../shared/charts/elements";
import type { FigureDefinition, FigureView } from "../../../shared/charts/figure";
import { curvesFigures } from "../../../shared/charts/trainingRun";
import type { FigureRequest } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import type { RunRecord } from "../../../shared/run";
import { TRAINING } from "../../../shared/training/training";
import { readNpz } from "../../data/npz";
import { exportFigure as drawFigure } from "../../figures/export";
import { recordPath } from "../../training/folder";
import { readRun } from "../runFolder";
import { definitionOf } from "./spec";
import { readTrainingRun } from "./trainingRun";

export interface FigureTask extends Pick<
  FigureRequest,
  "figure" | "format" | "theme" | "view" | "width"
> {
  /** The run's, or the training's. */
  readonly folder: string;
  /** Folder of the study that the run is in. */
  readonly study: string | null;
}

/** @throws UserError "figure/unknown", "figure/absent", "run/…", "file/…" */
export async function exportFigure(task: FigureTask): Promise<Uint8Array> {
  const { folder, format, theme, width, study } = task;
  const training = await isTraining(folder);
  const whole = training ? await readTrainingRun(folder) : null;
  const record = whole?.record ?? (await readRun(folder));
  const figure = figureOf(record, task.figure);
  const names = figure.arrays.filter((name) => Object.hasOwn(record.arrays, name));
  const arrays =
    whole?.arrays ?? Object.fromEntries(await readNpz(join(folder, "arrays.npz"), names));
  const view = Object.fromEntries(
    Object.entries(task.view).filter(([, value]) => value !== undefined),
  );
  // A window's view keeps what its other figures play; on the command line it was asked of this one.
  if (study === null && view.checkpoint !== undefined) checkPlays(record, figure);
  checkView(record, view);
  const run = { record, arrays };
  return drawFigure({
    run,
    figure,
    view,
    format,
    widthMm: width,
    theme,
    study,
    folder: study === null ? folder : null,
  });
}

async function isTraining(folder: string): Promise<boolean> {
  return access(recordPath(folder)).then(
    () => true,
    () => false,
  );
}

/** What is picked must be in the run: a figure without it would look like one with it. @throws UserError "figure/view" */
function checkView(record: RunRecord, view: FigureView): void {
  const { arrays } = record;
  const elements = elementsOf(record);
  const refuse = (what: string, name: string, known: readonly string[]): UserError =>
    new UserError("figure/view", `The run has no ${what} “${name}”.`, {
      todo: `It has ${known.join(", ")}.`,
    });
  const members = view.subgroup?.split(",") ?? [];
  // A subgroup of one sets nothing apart, whether the run has it or not.
  const named = [view.element ?? [], members.length > 1 ? members : []].flat();
  const absent = named.find((name) => !elements.includes(name));
  if (absent !== undefined) throw refuse("element", absent, elements);
  const { quantity, checkpoint } = view;
  const count = arrays["checkpoint_loss"]?.shape[0] ?? 0;
  if (checkpoint !== undefined && !(checkpoint >= 0 && checkpoint < count)) {
    throw new UserError("figure/view", `The run has no checkpoint ${checkpoint + 1}.`, {
      todo: count === 0 ? "It is of one network." : `It has 1 to ${count}.`,
    });
  }
  if (quantity !== undefined && !Object.hasOwn(arrays, quantity)) {
    throw refuse("quantity", quantity, Object.keys(arrays));
  }
}

/** @throws UserError "figure/view" for one that shows all checkpoints at once */
function checkPlays({ analysis }: RunRecord, { id, plays }: FigureDefinition): void {
  if (plays === true) return;
  const figures = analysis === TRAINING ? curvesFigures : definitionOf(analysis).figures;
  const playing = (figures as readonly FigureDefinition[]).filter((one) => one.plays === true);
  throw new UserError("figure/view", `The figure ${id} shows all checkpoints at once, not one.`, {
    where: "checkpoint",
    todo:
      playing.length === 0
        ? "Leave it out."
        : `Leave it out, or take ${playing.map((one) => one.id).join(" or ")}.`,
  });
}

/** The figure with that id; without one, the analysis' first that the run can fill. @throws UserError "figure/unknown" */
function figureOf(record: RunRecord, id: string): FigureDefinition {
  const figures =
    record.analysis === TRAINING ? curvesFigures : definitionOf(record.analysis).figures;
  const found = figures.find((figure) =>
    id === "" ? (figure.applies?.(record) ?? true) : figure.id === id,
  );
  if (found !== undefined) return found;
  throw new UserError("figure/unknown", `There is no figure “${id}” of ${record.analysis}.`, {
    where: id,
    todo: `There are ${figures.map((figure) => figure.id).join(", ")}.`,
  });
}
