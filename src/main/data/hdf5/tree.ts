/**
 * The data sets of an HDF5 file. Hard links are walked by the library, which visits each object once, so circles end;
 * soft links are taken where they lead to a data set of the same file; links to other files are not followed.
 */
import type { StoredElement } from "../elements";
import { elementOf, type Metadata } from "./dataset";
import type { Library } from "./library";

/** Types of objects, as get_type gives them. */
const DATASET = 1;
const EXTERNAL = 4;
/** Classes of types that nobody takes for data: strings, references. */
const words = new Set([3, 7]);

/** More objects than this are a damaged file or an attack; published ones have some ten thousand. */
const MOST_OBJECTS = 200_000;
/** Groups within groups; the library walks from the root to each, so a thousand of them would take minutes. */
const DEEPEST = 24;
/** Letters of a path too long to be shown. */
const SHOWN = 20;

export interface Leaf {
  readonly path: string;
  readonly metadata: Metadata;
  readonly element: StoredElement;
}

export interface Tree {
  readonly leaves: readonly Leaf[];
  /** What was passed over, each a sentence. */
  readonly notices: readonly string[];
}

/** @throws errors of the library where the file is damaged */
export function treeOf({ calls }: Library, file: bigint): Tree {
  const paths = calls.get_names(file, "/", true);
  if (paths.length > MOST_OBJECTS) throw new Error(`${paths.length} objects`);
  const leaves: Leaf[] = [];
  const passed = {
    links: [] as string[],
    others: [] as string[],
    records: [] as string[],
    deep: [] as string[],
    damaged: [] as string[],
  };
  /** By the path with its leading number replaced: one group a trajectory, alike but for how many times it has. */
  const examples = new Map<string, Omit<Leaf, "path"> | null>();
  /** Groups with states of another shape than the first's, whose lines are looked at too. */
  const unlike = new Set<string>();
  const look = (path: string): Omit<Leaf, "path"> | null => {
    const type = calls.get_type(file, path);
    if (type === EXTERNAL) passed.links.push(path);
    if (type !== DATASET) return null;
    const metadata = calls.get_dataset_metadata(file, path);
    if (metadata.shape === null) return null;
    if (metadata.virtual_sources?.some(({ file_name }) => file_name !== ".") === true) {
      passed.others.push(path);
      return null;
    }
    const element = elementOf(metadata);
    if (element === undefined && !words.has(metadata.type) && !path.startsWith("#")) {
      passed.records.push(path);
    }
    return element === undefined ? null : { metadata, element };
  };
  for (const path of paths) {
    if (path.split("/", DEEPEST + 1).length > DEEPEST) {
      passed.deep.push(`${path.slice(0, SHOWN)}…`);
      continue;
    }
    const template = path.replace(/^\d+\//, "#/");
    try {
      let found = template === path ? look(path) : examples.get(template);
      if (found === undefined) {
        found = look(path);
        examples.set(template, found);
      } else if (template !== path && found !== null) {
        const group = path.slice(0, path.indexOf("/"));
        const { shape } = found.metadata;
        if (shape!.length > 1 || unlike.has(group)) found = look(path);
        if (found?.metadata.shape?.join() !== shape!.join()) unlike.add(group);
      }
      if (found !== null) leaves.push({ path, ...found });
    } catch {
      passed.damaged.push(path);
    }
  }
  return {
    leaves,
    notices: [
      ...sentence(passed.links, "leads to another file and is not followed"),
      ...sentence(passed.others, "is put together from other files and left out"),
      ...sentence(
        passed.records,
        "holds records, complex or other values that are no plain numbers, and is left out",
      ),
      ...sentence(passed.deep, `lies more than ${DEEPEST} groups deep and is left out`),
      ...sentence(
        passed.damaged,
        "is damaged, or stored in a way that HDF5’s library here does not know, and left out",
      ),
    ],
  };
}

function sentence(paths: readonly string[], what: string): string[] {
  if (paths.length === 0) return [];
  const more = paths.length > 1 ? ` (and ${paths.length - 1} more like it)` : "";
  return [`${paths[0]!}${more} ${what}.`];
}
