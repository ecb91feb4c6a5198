/** Positions of a grid's points as arrays of the grid's shape, as NumPy's meshgrid makes them: recognised by name and values. */
import { toFloat64 } from "../../shared/tensor";
import type { ArrayFile } from "./arrayFile";
import type { ArraySource } from "./arraySource";
import { parseAxes, type Axis } from "./axes";

/** What an array of positions says. */
export interface Mesh {
  readonly along: "x" | "y" | "z";
  /** Which of its axes the positions change along; along the others they are the same. */
  readonly at: number;
}

type Arrays = ReadonlyMap<string, ArraySource>;

/** More points are no grid of one array of positions, and are not read to find out. */
const MOST_POINTS = 2 ** 24;

/** The file with its arrays of positions marked. */
export async function withMeshes(file: ArrayFile): Promise<ArrayFile> {
  const found = new Map<string, ArraySource>();
  for (const [name, array] of file.arrays) {
    const along = directionOf(name);
    if (along === undefined || !isShapeOfGrid(array, file.arrays)) continue;
    const at = await varyingAxis(array);
    if (at !== undefined) found.set(name, { ...array, mesh: { along, at } });
  }
  if (found.size === 0) return file;
  return {
    ...file,
    arrays: new Map([...file.arrays].map(([name, array]) => [name, found.get(name) ?? array])),
  };
}

/** x of X, xx, grid_x, x_mesh, longitude. */
function directionOf(name: string): Mesh["along"] | undefined {
  const leaf = name.slice(name.lastIndexOf("/") + 1).toLowerCase();
  const letter = /^(?:grid|mesh|coords?)?_?([xyz])\1?_?(?:grid|mesh|coords?|coordinates?|2d|3d)?$/.exec(leaf)?.[1]; // prettier-ignore
  if (letter === "x" || letter === "y" || letter === "z") return letter;
  if (/^lon(gitude)?(_?2d)?$/.test(leaf)) return "x";
  return /^lat(itude)?(_?2d)?$/.test(leaf) ? "y" : undefined;
}

/** Whether an array of more axes has its axes somewhere, one after the other. */
function isShapeOfGrid({ shape }: ArraySource, arrays: Arrays): boolean {
  const points = shape.reduce((product, n) => product * n, 1);
  if (shape.length < 2 || shape.length > 3 || points > MOST_POINTS) return false;
  return [...arrays.values()].some(
    (other) => other.shape.length > shape.length && runsIn(other.shape, shape).length > 0,
  );
}

/** Where `inner` stands in `shape`, one extent after the other. */
function runsIn(shape: readonly number[], inner: readonly number[]): number[] {
  return shape.flatMap((_, at) =>
    shape.slice(at, at + inner.length).join() === inner.join() ? [at] : [],
  );
}

/** The one axis that its values change along, all one way; undefined where they do otherwise. */
async function varyingAxis(array: ArraySource): Promise<number | undefined> {
  const { shape } = array;
  const values = toFloat64({ data: await array.read() });
  for (const [at, extent] of shape.entries()) {
    const stride = shape.slice(at + 1).reduce((product, n) => product * n, 1);
    if (extent < 2 || shape.every((n, i) => i === at || n === 1)) continue;
    const line = Array.from({ length: extent }, (_, i) => values[i * stride]!);
    const steps = line.slice(1).map((value, i) => value - line[i]!);
    const oneWay = steps.every((step) => step > 0) || steps.every((step) => step < 0);
    // Positions in float32 are the same numbers everywhere; computed ones may differ in their last digit.
    const slack = 1e-6 * Math.abs(line.at(-1)! - line[0]!);
    const isLine = values.every((value, i) => Math.abs(value - line[Math.floor(i / stride) % extent]!) <= slack); // prettier-ignore
    if (oneWay && isLine) return at;
  }
  return undefined;
}

/** The marked arrays of positions. */
export function meshesIn(arrays: Arrays): (ArraySource & { readonly mesh: Mesh })[] {
  return [...arrays.values()].filter(
    (array): array is ArraySource & { mesh: Mesh } => array.mesh !== undefined,
  );
}

/**
 * The axes of a field, where arrays of positions beside it tell which of its axes are directions and in what order:
 * [n, x, y] of X and Y made with indexing="ij", [n, t, y, x, c] where channels come last.
 * @param usual that it would be taken to have
 * @returns undefined where they do not tell all
 */
export function axesByMeshes(
  { shape }: ArraySource,
  arrays: Arrays,
  usual: readonly Axis[] | undefined,
): readonly Axis[] | undefined {
  const [first, ...others] = meshesIn(arrays);
  if (first === undefined) return undefined;
  const size = first.shape;
  const [start, second] = runsIn(shape, size);
  if (start === undefined || second !== undefined) return undefined;
  const directions: (Axis | undefined)[] = size.map(() => undefined);
  for (const { mesh, shape: own } of [first, ...others]) {
    if (own.join() === size.join()) directions[mesh.at] = mesh.along;
  }
  const known = directions.filter((axis) => axis !== undefined);
  if (known.length < size.length || new Set(known).size < known.length) return undefined;
  const behind = shape.length - start - size.length;
  const before = behind === 0 ? usual?.slice(0, start) : undefined;
  const isUsual = before?.every((axis) => !["x", "y", "z"].includes(axis));
  const leading = isUsual === true ? before! : leadingAxes(start, behind === 1);
  if (leading === undefined || behind > 1) return undefined;
  return [...leading, ...known, ...(behind === 1 ? (["channel"] as const) : [])];
}

/** Axes before those of the grid. */
function leadingAxes(count: number, channelsLast: boolean): readonly Axis[] | undefined {
  const text = (channelsLast ? ["", "n", "n,t"] : ["", "n", "n,t", "n,t,c"])[count];
  return text === undefined ? undefined : text === "" ? [] : parseAxes(text);
}
