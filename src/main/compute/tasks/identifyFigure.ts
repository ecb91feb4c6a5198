/** Which run a figure's file came from. */
import { identifyFigure as identify } from "../../figures/identify";
import type { FigureRecord } from "../../figures/record";

/** null where the file says nothing of a run. */
export function identifyFigure({
  name,
  bytes,
}: {
  name: string;
  bytes: Uint8Array;
}): Promise<FigureRecord | null> {
  return identify(bytes, name);
}
