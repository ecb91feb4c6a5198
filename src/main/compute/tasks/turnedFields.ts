/** Fields that a file stores with x before y, which a network that says nothing of its axes may have been trained on. */
import type { StatedFields } from "../../../shared/fields/stated";
import type { DataSet } from "../../data/dataset";

/** What a network without stated axes is given otherwise than the file has it, a sentence, or none. */
export function turnedFields(stated: StatedFields | undefined, { states }: DataSet): string[] {
  const turned = states.parts.some(({ axes }) => {
    const [x, y] = [axes.indexOf("x"), axes.indexOf("y")];
    return x >= 0 && x < y;
  });
  if (!turned || (stated?.axes ?? null) !== null) return [];
  return [
    'The file stores x before y; the network, which does not state its axes, is given y before x. If it was trained on arrays as stored, export it with a transposition of its input and output, and either way with axes="b,c,y,x".',
  ];
}
