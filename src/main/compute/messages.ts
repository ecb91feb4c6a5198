/** What crosses between the program, its compute process and that one's worker threads, as structured clones. */
import type { ErrorRecord } from "../../shared/errors";
import type { TaskName } from "./compute";
import type { Progress } from "./task";

export type ToCompute =
  | { readonly kind: "call"; readonly id: number; readonly task: TaskName; readonly input: unknown }
  | { readonly kind: "cancel"; readonly id: number };

export type FromCompute =
  | ({ readonly kind: "progress"; readonly id: number } & Progress)
  | { readonly kind: "result"; readonly id: number; readonly output: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: ErrorRecord };
