/** The dialogs of the window; at most one is open. */
import type { FileEntry } from "../../shared/contract";

export type Opens = NonNullable<FileEntry["opens"]>;

export type Dialog =
  | { readonly kind: "palette" | "shortcuts" | "devices" | "new-study" }
  | {
      readonly kind: "files";
      readonly title: string;
      /** What may be chosen; empty: a folder. */
      readonly accept: readonly Opens[];
      readonly chosen: (path: string, opens: Opens | "folder") => unknown;
    };

/** What the file browser is called when it looks for something to open. */
export const fileTitles = {
  study: "Open study",
  model: "Add model",
  data: "Add data",
  weights: "Load weights",
} as const;
