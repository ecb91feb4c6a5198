/** What an entry of a folder opens when it is chosen; a study is a folder, and the study.json in it stands for it. */
import type { FileEntry } from "../../shared/contract";
import { mayBeWeights } from "../../shared/weightFiles";
import type { Opens } from "./dialog";

const DOCUMENT = "study.json";

export interface Opening {
  readonly path: string;
  readonly opens: Opens;
}

/**
 * @param folder the one that the entry lies in
 * @param accept kinds that are looked for
 * @returns null where the entry is none of them
 */
export function openingOf(
  entry: FileEntry,
  folder: string,
  accept: readonly Opens[],
): Opening | null {
  if (accept.includes("study") && !entry.folder && entry.name === DOCUMENT) {
    return { path: folder, opens: "study" };
  }
  // Where no data are looked for, weights may lie in files that are data otherwise: .npz, .h5.
  if (
    accept.includes("weights") &&
    !accept.includes("data") &&
    !entry.folder &&
    mayBeWeights(entry.name)
  ) {
    return { path: entry.path, opens: "weights" };
  }
  // A Fourier neural operator's checkpoint is its network, too.
  if (
    accept.includes("model") &&
    entry.opens === "weights" &&
    /\.(pt|pth|ckpt|safetensors)$/i.test(entry.name)
  ) {
    return { path: entry.path, opens: "model" };
  }
  return entry.opens !== null && accept.includes(entry.opens)
    ? { path: entry.path, opens: entry.opens }
    : null;
}

/** The study that a folder itself is, by what lies in it; null where none is looked for. */
export function studyHere(
  folder: string,
  entries: readonly FileEntry[],
  accept: readonly Opens[],
): Opening | null {
  const document = entries.find(({ name }) => name === DOCUMENT);
  return document === undefined ? null : openingOf(document, folder, accept);
}
