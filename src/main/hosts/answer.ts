/** A call frame answered with a result or an error frame, whatever carries them. */
import type { Frame } from "../../shared/contract";
import { toErrorRecord } from "../../shared/errors";
import type { Workbench } from "../workbench/workbench";

export type Dispatch = Pick<Workbench, "dispatch">;

export async function answer(
  workbench: Dispatch,
  id: number,
  method: string,
  input: unknown,
): Promise<Frame> {
  try {
    return { kind: "result", id, output: await workbench.dispatch(method, input) };
  } catch (error) {
    return { kind: "error", id, error: toErrorRecord(error) };
  }
}
