/** What is said before a group mixes the components of a vector whose stated convention the data contradict. */
import type { AnalysisDefinition } from "../../../shared/analyses/definition";
import type { Group } from "../../../shared/groups/group";
import { sizeOf, toFloat64, type Tensor } from "../../../shared/tensor";
import type { DataSet, Samples } from "../../data/dataset";
import { checkConvention } from "../../fields/conventionCheck";
import { sameFields } from "./convention";

/** Enough for a verdict: the scores are means over whole fields. */
const SAMPLES = 16;

/** A few of the samples, for whoever waits for an answer. */
export function some(indices: readonly number[]): number[] {
  const step = Math.max(1, Math.ceil(indices.length / (SAMPLES / 2)));
  return indices.filter((_, i) => i % step === 0);
}

/** Whether a convention could be wrong at all: a group that mixes components, vectors, a plane. */
export function mixesComponents({ fields, grid }: DataSet, group: Group): boolean {
  const mixes = group.elements.some(({ matrix }) => matrix[0][0] !== 1 || matrix[1][1] !== 1);
  const hasVector = fields?.some(({ kind }) => kind === "vector") === true;
  return mixes && hasVector && grid?.size.length === 2;
}

/** A sentence where the data say that axes or components are not as stated. @param samples in the data's own units */
export function conventionNotice(samples: Samples, data: DataSet, group: Group): string[] {
  return mixesComponents(data, group) ? contradiction(samples, data) : [];
}

/** The same before anything is read, from a few of the samples. */
export async function conventionNoticeOf(
  data: DataSet,
  indices: readonly number[],
  group: Group,
): Promise<string[]> {
  return mixesComponents(data, group) ? contradiction(await data.read(some(indices)), data) : [];
}

/** The same of analyses without a group whose motions or integrals mean directions, if there are vectors. */
export function directionsNotice(
  samples: Samples,
  data: DataSet,
  { parameters }: Pick<AnalysisDefinition, "parameters">,
): string[] {
  return meansDirections(data, { parameters }) ? contradiction(samples, data) : [];
}

/** Whether a wrong convention could change what an analysis finds although no group acts. */
export function meansDirections(
  { fields, grid }: DataSet,
  { parameters }: Pick<AnalysisDefinition, "parameters">,
): boolean {
  const asks = "generators" in parameters || "quantities" in parameters;
  const hasVector = fields?.some(({ kind }) => kind === "vector") === true;
  return asks && hasVector && grid !== undefined && grid.size.length > 1;
}

function contradiction({ input, target }: Samples, data: DataSet): string[] {
  const { fields, grid } = data;
  if (fields === undefined || grid === undefined) return [];
  const some = evenly(input, SAMPLES);
  const later = target !== undefined && sameFields(data) ? evenly(target, SAMPLES) : undefined;
  const { verdict, sentence } = checkConvention(
    toFloat64(some),
    some.shape,
    fields,
    grid,
    later === undefined ? undefined : toFloat64(later),
  );
  return verdict === "other-fits-better" ? [sentence] : [];
}

/** As many of the samples at most, evenly apart. */
function evenly(tensor: Tensor, most: number): Tensor {
  const [count = 0, ...one] = tensor.shape;
  if (count <= most) return tensor;
  const size = sizeOf(one);
  const all = toFloat64(tensor);
  const data = new Float64Array(most * size);
  for (let i = 0; i < most; i++) {
    const from = Math.floor((i * count) / most) * size;
    data.set(all.subarray(from, from + size), i * size);
  }
  return { dtype: "float64", shape: [most, ...one], data };
}
