/** What names of weights say: what wrappers put before them, and how PyTorch, Keras and JAX call the same thing. */

/** Modules that torch.compile and distributed training put around others, wherever they stand in a name. */
const wrapping = /(^|\.)(_orig_mod|_forward_module|_fsdp_wrapped_module)(?=\.)/g;

export function unwrapped(name: string): string {
  return name.replace(wrapping, "").replace(/^\./, "");
}

/** What stands before the names that a file and a network share, on either side. */
export interface Alignment {
  readonly file: string;
  readonly model: string;
  /** Names in common without them. */
  readonly hits: number;
  /** Other prefixes in the file that would do as well: it holds the network several times. */
  readonly rivals: readonly string[];
}

/** Prefixes that are tried: the most frequent. */
const MOST_PREFIXES = 40;

/**
 * The prefixes ("module.", "model.net.") by whose removal most names agree; the shortest of equally good ones. Single
 * names agree by chance ("norm.weight" and "head.weight"), so more than half of the network’s must.
 */
export function align(file: readonly string[], model: readonly string[]): Alignment {
  const enough = model.length / 2;
  let best: Alignment = { file: "", model: "", hits: -1, rivals: [] };
  for (const ofModel of prefixesOf(model)) {
    const wanted = new Set(
      model.filter((name) => name.startsWith(ofModel)).map((name) => name.slice(ofModel.length)),
    );
    for (const ofFile of prefixesOf(file)) {
      const hits = file.filter(
        (name) => name.startsWith(ofFile) && wanted.has(name.slice(ofFile.length)),
      ).length;
      if (hits <= enough && (ofFile !== "" || ofModel !== "")) continue;
      if (hits > best.hits) best = { file: ofFile, model: ofModel, hits, rivals: [] };
      else if (hits === best.hits && hits > 0 && ofModel === best.model) {
        best = { ...best, rivals: [...best.rivals, ofFile] };
      }
    }
  }
  return best;
}

const DEEPEST_PREFIX = 6;

/** "" and what stands before the first dots, frequent ones first. */
function prefixesOf(names: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const name of names) {
    let at = -1;
    for (let depth = 0; depth < DEEPEST_PREFIX; depth++) {
      at = name.indexOf(".", at + 1);
      if (at < 0) break;
      const prefix = name.slice(0, at + 1);
      counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
  }
  const frequent = [...counts].sort(([a, n], [b, m]) => m - n || a.length - b.length);
  return ["", ...frequent.slice(0, MOST_PREFIXES).map(([prefix]) => prefix)];
}

/** Leaves without names are called by their numbers, and so are the arrays of numpy.savez. */
export function isNumber(name: string): boolean {
  return /^(arr_)?\d+$/.test(name);
}

/** What a tensor is within its layer. */
export type Role = "weight" | "bias" | "running_mean" | "running_var";

const roles: ReadonlyMap<string, Role> = new Map<string, Role>([
  ["weight", "weight"],
  ["kernel", "weight"],
  ["w", "weight"],
  ["scale", "weight"],
  ["gamma", "weight"],
  ["embedding", "weight"],
  ["embeddings", "weight"],
  ["bias", "bias"],
  ["b", "bias"],
  ["beta", "bias"],
  ["offset", "bias"],
  ["running_mean", "running_mean"],
  ["mean", "running_mean"],
  ["moving_mean", "running_mean"],
  ["running_var", "running_var"],
  ["var", "running_var"],
  ["moving_variance", "running_var"],
  ["moving_var", "running_var"],
]);

function lastPart(name: string): string {
  return (name.split(/[./]/).at(-1) ?? "").replace(/:0$/, "").toLowerCase();
}

/** undefined where the name does not say. */
export function roleOf(name: string): Role | undefined {
  return roles.get(lastPart(name));
}

/**
 * Which axis of a matrix is the layer's input: PyTorch's and Equinox' "weight" are [out, in] (and [out, in, y, x]),
 * "kernel" of Keras and Flax and "w" of Haiku [in, out] (and [y, x, in, out]).
 */
export function orderOf(name: string): "in-first" | "out-first" | undefined {
  const last = lastPart(name);
  if (last === "kernel" || last === "w") return "in-first";
  return last === "weight" ? "out-first" : undefined;
}

/** The same for one tensor under its names in different libraries: "layers_0/kernel" and "layers.0.weight". */
export function canonical(name: string): string {
  const parts = name.replace(/:0$/, "").toLowerCase().split(/[./]/);
  const last = parts.pop()!;
  const path = parts
    .flatMap((part) => part.split("_"))
    .flatMap((part) => part.split(/(?<=[a-z])(?=\d)/))
    .filter((part) => part !== "" && part !== "params");
  return [...path, roles.get(last) ?? last].join(".");
}

/** Layers of one kind are numbered by its end: "dense_2/kernel" is of the stem "dense/kernel". */
export function stemOf(name: string): string {
  return name.replace(/[_.]?\d+(?=[./]|$)/g, "");
}

/** Part by part, numbers by their values: "dense" before "dense_1", "dense_2" before "dense_10". */
export function byParts(a: string, b: string): number {
  const [ours, theirs] = [a.split(/[./]/), b.split(/[./]/)];
  for (let i = 0; i < Math.min(ours.length, theirs.length); i++) {
    const order = ours[i]!.localeCompare(theirs[i]!, "en", { numeric: true });
    if (order !== 0) return order;
  }
  return ours.length - theirs.length;
}
