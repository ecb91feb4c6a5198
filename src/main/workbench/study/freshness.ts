/** Whether files are as they were when the study opened them, and whether a run still speaks of its inputs. */
import { fileChosen } from "../../../shared/chosenPart";
import type { FileIdentity, RunRecord } from "../../../shared/run";
import { identify, stampOf } from "../../data/identity";
import type { StoredData, StoredModel } from "./document";

export type FileState = "here" | "changed" | "missing";

/** A copy has another time but the same content; up to this size that is worth reading the file. */
const REHASH_LIMIT = 2 ** 28;

export class Freshness {
  /** Hashes by path, size and time, so that an unchanged file is hashed once. */
  readonly #hashes = new Map<string, Promise<FileIdentity>>();

  async stateOf(file: FileIdentity): Promise<FileState> {
    let now;
    try {
      now = await stampOf(file.path);
    } catch {
      // Whatever keeps it from being looked at, it is not here.
      return "missing";
    }
    if (now.size !== file.size) return "changed";
    const { modified } = now;
    if (modified === file.modified) return "here";
    if (file.sha256 === null || now.size > REHASH_LIMIT) return "changed";
    const key = `${file.path} ${now.size} ${modified}`;
    const identity = this.#hashes.get(key) ?? identify(file.path);
    this.#hashes.set(key, identity);
    return (await identity).sha256 === file.sha256 ? "here" : "changed";
  }

  async stateOfAll(files: readonly (FileIdentity | null)[]): Promise<FileState> {
    const states = await Promise.all(
      files.filter((file) => file !== null).map((file) => this.stateOf(file)),
    );
    if (states.includes("missing")) return "missing";
    return states.includes("changed") ? "changed" : "here";
  }
}

/**
 * True where the study's entry is no longer what the run was made from, by content or by how it is read.
 * An entry whose file is merely not here says nothing against its runs.
 */
export function outdates(
  run: RunRecord,
  model: { entry: StoredModel; state: FileState } | null,
  data: { entry: StoredData; state: FileState } | null,
): boolean {
  return (
    model?.state === "changed" ||
    data?.state === "changed" ||
    (model !== null &&
      run.model !== null &&
      (!same(model.entry.file, run.model) || !same(model.entry.weights, run.model.weights))) ||
    (data !== null &&
      (!same(data.entry.file, run.data) || readOtherwise(run.data.fields, data.entry)))
  );
}

/** Whether the fields that a run took are others than the entry's; where nobody stated any, its model did. */
function readOtherwise(fields: string, { info, options }: StoredData): boolean {
  // As they are read: history and conditions make more of the fields than were stated.
  const now = info.fields ?? options.fields ?? "";
  return fields !== "" && now !== "" && fields !== now;
}

function same(a: FileIdentity | null, b: FileIdentity | null): boolean {
  if (a === null || b === null) return a === b;
  // Of one file two sets of weights may be meant; where the file lies does not matter.
  if (fileChosen(a.path).part !== fileChosen(b.path).part) return false;
  return a.size === b.size && (a.sha256 === null || b.sha256 === null || a.sha256 === b.sha256);
}
