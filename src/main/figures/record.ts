/** What every exported figure says of itself: the run, and what that run was made from. */
import { basename } from "node:path";
import { z } from "zod";
import packageJson from "../../../package.json";
import type { FigureDefinition, FigureView } from "../../shared/charts/figure";
import { figureRequest } from "../../shared/contract";
import type { RunRecord } from "../../shared/run";

const identity = z.object({ name: z.string(), sha256: z.string().nullable() });

const figureRecord = z.object({
  program: z.literal("noetherscope"),
  /** Of the program that exported the figure; the run's own is among `versions`. */
  version: z.string(),
  run: z.string(),
  analysis: z.string(),
  figure: z.string(),
  view: figureRequest.shape.view,
  /** Folder of the study that the run is in; null for a run by itself. */
  study: z.string().nullable(),
  /** Where a run by itself lay; null for one in a study, and in figures of before this was written. */
  folder: z.string().nullable().default(null),
  started: z.string(),
  parameters: z.record(z.string(), z.unknown()),
  model: identity.extend({ weights: identity.nullable() }).nullable(),
  data: identity.extend({ fields: z.string(), samplesSha256: z.string() }),
  device: z.string(),
  executor: z.string(),
  versions: z.record(z.string(), z.string()),
});
export type FigureRecord = z.infer<typeof figureRecord>;

/** Files by name and hash: where they lie on this machine is nobody's business who is sent the figure. */
function identityOf(file: { path: string; sha256: string | null }): z.infer<typeof identity> {
  return { name: basename(file.path), sha256: file.sha256 };
}

function modelOf(model: NonNullable<RunRecord["model"]>): NonNullable<FigureRecord["model"]> {
  const { weights } = model;
  return { ...identityOf(model), weights: weights === null ? null : identityOf(weights) };
}

export function recordOf(
  run: RunRecord,
  figure: FigureDefinition,
  view: FigureView,
  { study, folder }: { study: string | null; folder: string | null },
): FigureRecord {
  return {
    program: "noetherscope",
    version: packageJson.version,
    run: run.id,
    analysis: run.analysis,
    figure: figure.id,
    view: { ...view },
    study,
    folder,
    started: run.started,
    parameters: run.parameters,
    model: run.model === null ? null : modelOf(run.model),
    data: {
      ...identityOf(run.data),
      fields: run.data.fields,
      samplesSha256: run.data.samplesSha256,
    },
    device: run.device,
    executor: run.executor,
    versions: run.versions,
  };
}

/** The record on one line of ASCII, which survives every encoding that a file format may choose. */
export function encodeRecord(record: FigureRecord): string {
  return JSON.stringify(record).replace(
    /[^ -~]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** The record in a text, or null if that is no record. */
export function decodeRecord(text: string): FigureRecord | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
  const parsed = figureRecord.safeParse(value);
  return parsed.success ? parsed.data : null;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => entities[letter]!);
}

export function unescapeXml(text: string): string {
  return text.replace(/&(amp|lt|gt|quot);/g, (entity) =>
    Object.keys(entities).find((letter) => entities[letter] === entity)!,
  );
}
