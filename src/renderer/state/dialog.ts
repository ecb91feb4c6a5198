/** The dialogs of the window; at most one is open. */
import type { FileEntry } from "../../shared/contract";
import type { ErrorChoice } from "../../shared/errors";
import type { Page } from "./tabs.svelte";

export type Opens = NonNullable<FileEntry["opens"]>;

export interface NewStudyRequest {
  readonly kind: "new-study";
  /** Proposed; what was typed, where the dialog comes back. */
  readonly name?: string;
  /** Files that were dropped before there was a study: they go into it. */
  readonly files?: readonly File[];
  /** What is opened in it first. */
  readonly page?: Page;
}

export interface FilesRequest {
  readonly kind: "files";
  readonly title: string;
  /** What may be chosen; empty: a folder. */
  readonly accept: readonly Opens[];
  readonly chosen: (path: string, opens: Opens | "folder") => unknown;
}

/** Which arrays of a data file are meant. */
export interface ArraysRequest {
  readonly kind: "arrays";
  readonly path: string;
  readonly choices: readonly ErrorChoice[];
}

export type Dialog =
  | { readonly kind: "palette" | "shortcuts" | "devices" }
  | NewStudyRequest
  | FilesRequest
  | ArraysRequest;

/** What the file browser is called when it looks for something to open. */
export const fileTitles = {
  study: "Open study",
  model: "Add model",
  data: "Add data",
  weights: "Load weights",
} as const;
