/**
 * Statistics from a file: `mean` and `std`, or `min` and `max`, one number a channel, and where a network's predictions
 * have scales of their own `output_mean` and `output_std`; as JSON, or as arrays of any format that is read here.
 */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import { UserError } from "../../shared/errors";
import { toFloat64 } from "../../shared/tensor";
import { openArrays, readNpz } from "./npz";
import type { Normalisation } from "./normalise";
import { openError } from "./openError";

const numbers = z.array(z.number());
const output = { output_mean: numbers.optional(), output_std: numbers.optional() };
const content = z.union([
  z.object({
    mean: numbers,
    std: numbers,
    log: z.array(z.number().nullable()).optional(),
    ...output,
  }),
  z.object({ min: numbers, max: numbers, ...output }),
]);

/** @throws UserError "normalise/file", "file/…" */
export async function readNormalisation(path: string): Promise<Normalisation> {
  if (!path.endsWith(".json")) return asStated(await arraysOf(path), path);
  try {
    return asStated(content.parse(JSON.parse(await readFile(path, "utf8"))), path);
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError))
      throw await openError(error, path, [".json", ".npz"]);
    throw new UserError(
      "normalise/file",
      `${path} does not hold two lists of numbers, mean and std, or min and max.`,
      {
        where: path,
        todo: 'Write it as {"mean": […], "std": […]}, one number a channel.',
        cause: error,
      },
    );
  }
}

async function arraysOf(path: string): Promise<z.infer<typeof content>> {
  const file = await openArrays(path);
  const there = [...file.arrays.keys()];
  await file.close();
  const range = there.includes("min") && !there.includes("mean");
  const own = ["output_mean", "output_std"].filter((name) => there.includes(name));
  const names = [...(range ? ["min", "max"] : ["mean", "std"]), ...own];
  const arrays = await readNpz(path, names);
  return content.parse(
    Object.fromEntries(names.map((name) => [name, Array.from(toFloat64(arrays.get(name)!))])),
  );
}

/** @throws UserError "normalise/file" where lists belong together and are not equally long */
function asStated(found: z.infer<typeof content>, source: string): Normalisation {
  const scales =
    "mean" in found
      ? { mean: found.mean, std: found.std, ...(found.log === undefined ? {} : { log: found.log }) }
      : { mean: found.min, std: found.max.map((most, c) => most - found.min[c]!) };
  const { output_mean: mean, output_std: std } = found;
  if (mean === undefined && std === undefined) return { ...scales, source };
  if (mean?.length !== std?.length || !std!.every((value) => value > 0)) {
    throw new UserError(
      "normalise/file",
      `${source} does not hold an output_mean and a positive output_std for the same channels.`,
      { where: source, todo: "State both, one number a channel of the prediction, or neither." },
    );
  }
  return { ...scales, output: { mean: mean!, std: std! }, source };
}
