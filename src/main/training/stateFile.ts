/**
 * `state.safetensors`: everything that a training needs to go on as if it had never stopped. Parameters and what the
 * optimiser remembers are its tensors; step, sums of the epoch under way and what course it belongs to its metadata.
 */
import { open } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../shared/errors";
import { fileError } from "../../shared/fileErrors";
import type { Tensor } from "../../shared/tensor";
import { atomicWrite } from "../data/atomic";
import { encodeSafetensors, readSafetensors } from "../models/safetensors";

const notesSchema = z.object({
  /** Hash of what the training's numbers follow from: another training's state is refused. */
  course: z.string(),
  /** Steps done. */
  step: z.number(),
  /** Over the steps of the epoch under way. */
  lossSum: z.number(),
  normSum: z.number(),
  /** Spent on training and judging. */
  seconds: z.number(),
  /** Spent in the epoch under way. */
  epochSeconds: z.number(),
});
export type StateNotes = z.infer<typeof notesSchema>;

export interface SavedState extends StateNotes {
  readonly tensors: ReadonlyMap<string, Tensor>;
}

const KEY = "noetherscope";

/** @throws UserError "file/…"; the state that was there is untouched then */
export async function writeState(path: string, { tensors, ...notes }: SavedState): Promise<void> {
  await atomicWrite(path, encodeSafetensors(tensors, { [KEY]: JSON.stringify(notes) }));
}

/**
 * Undefined where there is none.
 * @throws UserError "training/state" where it is damaged or belongs to another training, "file/…"
 */
export async function readState(path: string, course: string): Promise<SavedState | undefined> {
  const text = await headerOf(path);
  if (text === undefined) return undefined;
  const tensors = await readSafetensors(path);
  const parsed = notesSchema.safeParse(notesIn(text));
  if (!parsed.success) {
    throw new UserError("training/state", `${path} does not say which step it is of.`, {
      where: path,
      todo: "Put back the file that the training wrote, or start a new training.",
    });
  }
  if (parsed.data.course !== course) {
    throw new UserError("training/state", `${path} is the state of another training.`, {
      where: path,
      todo: "Put back the file that this training wrote, or start a new one.",
    });
  }
  return { ...parsed.data, tensors };
}

function notesIn(header: string): unknown {
  try {
    const { __metadata__: metadata } = JSON.parse(header) as {
      __metadata__?: Record<string, string>;
    };
    return JSON.parse(metadata?.[KEY] ?? "null");
  } catch {
    // What is wrong with a damaged header, readSafetensors has said.
    return null;
  }
}

async function headerOf(path: string): Promise<string | undefined> {
  const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw fileError(error, path, "read");
  });
  if (file === undefined) return undefined;
  try {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 0);
    const { size } = await file.stat();
    const length = Math.min(Number(buffer.readBigUInt64LE()), size);
    const header = await file.read(Buffer.alloc(length), 0, length, 8);
    return header.buffer.toString();
  } finally {
    await file.close();
  }
}
