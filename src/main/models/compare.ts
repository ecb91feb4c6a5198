/** Two networks, or two checkpoints, parameter by parameter: added, gone, changed and by how much. */
import { basename } from "node:path";
import { UserError } from "../../shared/errors";
import { isFloat, sizeOf, toFloat64, type Tensor } from "../../shared/tensor";
import type { WeightsDifference, WeightsSide } from "../../shared/weightsDifference";
import { openNetwork } from "./network";
import { openCheckpoint } from "./checkpoint";
import { matchCheckpoint, storedTensors, transpose, type Match } from "./match";
import { align, unwrapped } from "./names";
import { plainWeights } from "./reparametrised";
import type { StoredTensor } from "./stored";

interface Side {
  readonly label: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  close(): Promise<void>;
}

/**
 * Beside a network, weights are first put into it, so that its own names are compared; what does not fit it is compared
 * name by name. Running statistics are compared as parameters are.
 * @throws UserError of what opening either throws; "weights/choose" for a file of several sets
 */
export async function compareWeights(a: WeightsSide, b: WeightsSide): Promise<WeightsDifference> {
  const network = [a, b].find(isNetwork);
  const weights = [a, b].find((side) => !isNetwork(side));
  const named =
    network === undefined || weights === undefined
      ? undefined
      : await fitted(network.path, weights.path);
  const first = await sideOf(a, named);
  try {
    const second = await sideOf(b, named);
    try {
      return await differenceOf(plainBeside(first, second), plainBeside(second, first));
    } finally {
      await second.close();
    }
  } finally {
    await first.close();
  }
}

const isNetwork = ({ path }: WeightsSide): boolean => path.toLowerCase().endsWith(".onnx");

/** Weights as a network takes them; undefined where they do not fit it. */
async function fitted(path: string, weights: string): Promise<Match | undefined> {
  const checkpoint = await openCheckpoint(weights);
  try {
    return await matchCheckpoint((await openNetwork(path)).onnx, checkpoint);
  } catch (error) {
    if (error instanceof UserError && error.code === "weights/misfit") return undefined;
    throw error;
  } finally {
    await checkpoint.close();
  }
}

/** @param named weights put into the network that is the other side, by which the network's tensors are called */
async function sideOf(side: WeightsSide, named: Match | undefined): Promise<Side> {
  const { path } = side;
  if (isNetwork(side)) return networkSide(side, named);
  if (named !== undefined) return inMemory(path, tensorsOf(named.values, named));
  const checkpoint = await openCheckpoint(path);
  const [set, another] = checkpoint.sets;
  if (another !== undefined) {
    await checkpoint.close();
    const keys = checkpoint.sets.map(({ key }) => key);
    throw new UserError(
      "weights/choose",
      `${path} holds several sets of weights: ${keys.join(", ")}.`,
      { where: path, todo: `Choose one, like ${basename(path)}::${keys[0]!}.` },
    );
  }
  const tensors = [...set!.tensors].flatMap(([name, tensor]) =>
    isFloat(tensor.dtype) ? [[unwrapped(name), tensor] as const] : [],
  );
  return { label: path, tensors: new Map(tensors), close: () => checkpoint.close() };
}

async function networkSide(
  { path, weights }: WeightsSide,
  named: Match | undefined,
): Promise<Side> {
  const { onnx } = await openNetwork(path);
  const own = weights === null ? undefined : await fitted(path, weights);
  if (weights !== null && own === undefined) {
    throw new UserError("weights/misfit", `${weights} does not fit ${basename(path)}.`, {
      where: weights,
    });
  }
  const stored = new Map([...storedTensors(onnx), ...(own?.values ?? [])]);
  return inMemory(weights ?? path, tensorsOf(stored, own ?? named));
}

/** Under the checkpoint's names where weights were put there; single numbers are constants of the network. */
function tensorsOf(
  stored: ReadonlyMap<string, Tensor>,
  named: Match | undefined,
): [string, Tensor][] {
  return [...stored].flatMap(([place, tensor]): [string, Tensor][] => {
    const input = named?.inputs.get(place);
    // What no weights are for is the network's own arithmetic.
    if (named !== undefined && input === undefined) return [];
    if (input === undefined) return tensor.shape.length === 0 ? [] : [[place, tensor]];
    return [[input.name, input.transposed ? transpose(tensor) : tensor]];
  });
}

function kindOf({ dtype, shape }: Tensor): Omit<StoredTensor, "read"> {
  return { dtype, shape, storedType: dtype };
}

/** What a normalisation computes weights from, as those weights where the other side has no such parts. */
function plainBeside(side: Side, other: Side): Side {
  return { ...side, tensors: plainWeights(side.tensors, [...other.tensors.keys()]) };
}

function inMemory(label: string, tensors: readonly (readonly [string, Tensor])[]): Side {
  const readable = tensors.map(
    ([name, tensor]) => [name, { ...kindOf(tensor), read: () => Promise.resolve(tensor) }] as const,
  );
  return { label, tensors: new Map(readable), close: () => Promise.resolve() };
}

async function differenceOf(a: Side, b: Side): Promise<WeightsDifference> {
  const { file: ofB, model: ofA } = align([...b.tensors.keys()], [...a.tensors.keys()]);
  const nameInB = (name: string): string =>
    name.startsWith(ofA) ? ofB + name.slice(ofA.length) : name;
  const seen = new Set<string>();
  const difference: WeightsDifference = {
    a: a.label,
    b: b.label,
    added: [],
    gone: [],
    reshaped: [],
    changed: [],
    same: [],
    layers: [],
    total: { difference: 0, relative: null },
  };
  const layers = new Map<string, Squares>();
  const all: Squares = { difference: 0, size: 0 };
  for (const [name, ours] of a.tensors) {
    const theirs = b.tensors.get(nameInB(name));
    seen.add(nameInB(name));
    const shape = [...ours.shape];
    if (theirs === undefined) difference.gone.push({ name, shape });
    else if (theirs.shape.join() !== shape.join()) {
      difference.reshaped.push({ name, from: shape, to: [...theirs.shape] });
    } else {
      const { squares, largest } = between(await ours.read(), await theirs.read());
      if (squares.difference === 0) difference.same.push(name);
      else difference.changed.push({ name, shape, ...changeOf(squares), largest });
      const layer = name.replace(/[./]?[^./]*$/, "") || name;
      const sum = layers.get(layer) ?? { difference: 0, size: 0 };
      layers.set(layer, sum);
      for (const into of [sum, all]) {
        into.difference += squares.difference;
        into.size += squares.size;
      }
    }
  }
  for (const [name, { shape }] of b.tensors) {
    if (!seen.has(name)) difference.added.push({ name, shape: [...shape] });
  }
  return {
    ...difference,
    layers: [...layers].map(([layer, squares]) => ({ layer, ...changeOf(squares) })),
    total: changeOf(all),
  };
}

/** Sums of squares: of b − a, and of a. */
interface Squares {
  difference: number;
  size: number;
}

function between(a: Tensor, b: Tensor): { squares: Squares; largest: number } {
  const [x, y] = [toFloat64(a), toFloat64(b)];
  const squares: Squares = { difference: 0, size: 0 };
  let largest = 0;
  for (let i = 0; i < sizeOf(a.shape); i++) {
    const gap = y[i]! - x[i]!;
    squares.difference += gap * gap;
    squares.size += x[i]! * x[i]!;
    largest = Math.max(largest, Math.abs(gap));
  }
  return { squares, largest };
}

function changeOf({ difference, size }: Squares): { difference: number; relative: number | null } {
  return {
    difference: Math.sqrt(difference),
    relative: size > 0 ? Math.sqrt(difference / size) : null,
  };
}
