/**
 * The sets of weights among what a trainer saved. A state dict is one; a dictionary of a trainer holds one or several
 * (the network, its moving average) beside optimiser state and settings; a pickled network holds one in its modules; a
 * tree of JAX is one. A set is named by the way to it: "state_dict", "ema.model".
 */
import { sizeOf } from "../../shared/tensor";
import { printable } from "../graph/onnx/printable";
import { unwrapped } from "./names";
import { Dict, Inert, itemsOf } from "./pickle/values";
import { unreadable, weightElements, gather, type StoredTensor } from "./stored";
import { readTensor, type LoadedPickle } from "./torch/loaded";
import { NumpyArray, partsOf, TorchTensor, Unreadable } from "./torch/tensors";

export interface WeightSet {
  /** The way to it in the file; "" where the file is nothing else. */
  readonly key: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** Whether they are in the order of the layers, as state dicts and leaves are. */
  readonly ordered: boolean;
  /** What stands in the same dictionary and holds no tensors. */
  readonly beside?: ReadonlyMap<string, unknown>;
}

/** The part of a set whose names begin so, without that; undefined where none does. */
export function withPrefix(set: WeightSet, prefix: string): WeightSet | undefined {
  const tensors = [...set.tensors].flatMap(([name, tensor]) => {
    const own = unwrapped(name);
    return own.startsWith(prefix) ? [[own.slice(prefix.length), tensor] as const] : [];
  });
  if (tensors.length === 0) return undefined;
  const key = [set.key, prefix.slice(0, -1)].filter((part) => part !== "").join(".");
  return { ...set, key, tensors: new Map(tensors) };
}

/** How far a training had come; null where the file does not say. */
export interface TrainingState {
  readonly epoch: number | null;
  readonly step: number | null;
}

/** Deeper than modules are nested; a dictionary that holds itself ends here or before. */
const DEEPEST = 40;
const MOST_TENSORS = 200_000;

/** What is not the network's. */
const besides =
  /optim|^opt(_state|im)?$|sched|scaler|callback|loop|rng|hyper_?param|^args$|^config$/i;
/** Names that trainers give to sets; other names are a network's own parts. */
const wrapper =
  /state_?dict|model|(^|_)(net|network|module|params|weights|variables|target|online|teacher|student|generator|discriminator|ema|swa)s?(_|$)/i;

/** Leaves of a pickle as tensors that can be read. */
export function setsOf(loaded: LoadedPickle, path: string): WeightSet[] {
  const found: WeightSet[] = [];
  find(loaded.value, "", 0, new Set());
  return found;

  function find(value: unknown, key: string, depth: number, seen: Set<unknown>): void {
    if (depth > DEEPEST || seen.has(value)) return;
    seen.add(value);
    const children = childrenOf(value);
    if (children === undefined) return;
    const holding = children.filter(([, child]) => holdsTensors(child));
    if (holding.length === 0) return;
    const inside = holding.filter(([, child]) => !isLeaf(child));
    // Numbers beside a set, a mean or a loss, are none of the network's.
    const wraps = inside.some(([name]) => wrapper.test(name) && !besides.test(name));
    const beside = new Map(children.filter((child) => !holding.includes(child)));
    if (isModule(value) || (inside.length < holding.length && !wraps)) {
      add(key, holding, beside);
      return;
    }
    const mine = inside.filter(([name]) => !besides.test(name));
    const kept = mine.length > 0 ? mine : inside;
    // Flax keeps running statistics beside the parameters: together they are the network.
    const flax = kept.filter(([name]) => name === "params" || name === "batch_stats");
    if (flax.length === 2) {
      add(
        key,
        flax.flatMap(([, child]) => childrenOf(child) ?? []),
      );
      return;
    }
    if (!kept.some(([name]) => wrapper.test(name))) {
      add(key, kept);
      return;
    }
    for (const [name, child] of kept)
      find(child, key === "" ? name : `${key}.${name}`, depth + 1, seen);
  }

  function add(
    key: string,
    children: readonly (readonly [string, unknown])[],
    beside: ReadonlyMap<string, unknown> = new Map(),
  ): void {
    const tensors = new Map<string, StoredTensor>();
    const open = new Set<unknown>();
    // JAX sorts the keys of its trees; a module's parameters come as they were registered.
    let ordered = false;
    const flatten = (items: readonly (readonly [string, unknown])[], prefix: string): void => {
      for (const [name, child] of items) {
        if (tensors.size >= MOST_TENSORS) return;
        const full = prefix === "" ? name : `${prefix}.${name}`;
        if (isLeaf(child)) {
          tensors.set(full, leafOf(child, loaded, `${path}: ${printable(full)}`));
          ordered ||= child instanceof TorchTensor;
        } else if (holdsTensors(child) && !open.has(child) && open.size < DEEPEST) {
          const inside = childrenOf(child);
          if (inside === undefined) continue;
          open.add(child);
          flatten(inside, full);
          open.delete(child);
        }
      }
    };
    flatten(children, "");
    if (tensors.size > 0) found.push({ key, tensors, ordered, beside });
  }
}

/** Epoch and step that a trainer notes beside the weights. */
export function trainingStateOf(value: unknown): TrainingState {
  const entries = partsOf(value);
  const number = (...names: string[]): number | null => {
    for (const name of names) {
      const found = entries?.get(name);
      if (typeof found === "number" && Number.isFinite(found)) return found;
    }
    return null;
  };
  return {
    epoch: number("epoch", "epochs", "current_epoch"),
    step: number("global_step", "step", "iteration", "iter", "n_iter", "num_updates"),
  };
}

type Leaf = TorchTensor | Unreadable | NumpyArray;

function isLeaf(value: unknown): value is Leaf {
  return value instanceof TorchTensor || value instanceof Unreadable || value instanceof NumpyArray;
}

/** Whether there are tensors below, each part looked at once. */
const known = new WeakMap<object, boolean>();
function holdsTensors(value: unknown, depth = 0): boolean {
  if (isLeaf(value)) return true;
  if (typeof value !== "object" || value === null || depth > DEEPEST) return false;
  const before = known.get(value);
  if (before !== undefined) return before;
  // Until it is known, so that a circle ends.
  known.set(value, false);
  const holds = childrenOf(value)?.some(([, child]) => holdsTensors(child, depth + 1)) ?? false;
  known.set(value, holds);
  return holds;
}

/** A pickled torch.nn.Module, by the attributes that every one has. */
function isModule(value: unknown): boolean {
  return value instanceof Inert && partsOf(value)?.get("_parameters") instanceof Dict;
}

function childrenOf(value: unknown): (readonly [string, unknown])[] | undefined {
  if (isModule(value)) {
    const parts = partsOf(value)!;
    return ["_parameters", "_buffers", "_modules"].flatMap((name) => {
      const part = parts.get(name);
      return part instanceof Dict ? entriesOf(part.entries) : [];
    });
  }
  const parts = partsOf(value);
  if (parts !== undefined) return entriesOf(parts);
  return itemsOf(value)?.map((item, index) => [String(index), item] as const);
}

function entriesOf(entries: ReadonlyMap<unknown, unknown>): (readonly [string, unknown])[] {
  return [...entries].flatMap(([key, value]) =>
    typeof key === "string" || typeof key === "number" ? [[String(key), value] as const] : [],
  );
}

function leafOf(leaf: Leaf, loaded: LoadedPickle, where: string): StoredTensor {
  if (leaf instanceof Unreadable) {
    return {
      dtype: "float32",
      shape: leaf.shape,
      storedType: "unreadable",
      unreadable: leaf.why,
      read: () => {
        throw unreadable(where, leaf.why, "Save the weights as plain float tensors.");
      },
    };
  }
  if (leaf instanceof NumpyArray) return numpyTensor(leaf, where);
  const { element, view } = leaf;
  return {
    dtype: element.dtype,
    shape: element.parts === 2 ? [...view.shape, 2] : view.shape,
    storedType: element.name,
    read: () => readTensor(loaded, leaf, where),
  };
}

/** NumPy's codes of what PyTorch calls otherwise. */
const numpyNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    c8: "complex64",
    c16: "complex128",
    f8: "float64",
    f4: "float32",
    f2: "float16",
    i8: "int64",
    i4: "int32",
    i2: "int16",
    i1: "int8",
    u1: "uint8",
    u2: "uint16",
    u4: "uint32",
    b1: "bool",
    bfloat16: "bfloat16",
  }),
);

function numpyTensor({ shape, type, fortran, bytes }: NumpyArray, where: string): StoredTensor {
  const element = weightElements.get(numpyNames.get(type?.code ?? "") ?? "");
  const wide = element?.parts === 2 ? [...shape, 2] : shape;
  return {
    dtype: element?.dtype ?? "float32",
    shape: wide,
    storedType: element?.name ?? "unreadable",
    read: () => {
      if (element === undefined) throw unreadable(where, "has elements that are no plain numbers");
      const length = sizeOf(shape) * element.bytes * element.parts;
      if (bytes?.length !== length) {
        throw unreadable(where, `has ${bytes?.length ?? 0} bytes instead of ${length}`);
      }
      // The first axis is the fastest in Fortran's order, the last in C's.
      const axes = shape.map((_, axis) => axis);
      const strides = axes.map((axis) =>
        sizeOf(fortran ? shape.slice(0, axis) : shape.slice(axis + 1)),
      );
      const own = new Uint8Array(bytes);
      const data = gather(
        own,
        element,
        { offset: 0, shape, strides },
        { bigEndian: type!.bigEndian, where },
      );
      return Promise.resolve({ dtype: element.dtype, shape: wide, data });
    },
  };
}
