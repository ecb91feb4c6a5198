/** How a file is read: what its layout proposes, changed by what options state. */
import type { DataOptions } from "../../../shared/contract";
import { UserError } from "../../../shared/errors";
import { arrayNamed, type ArrayFile } from "../arrayFile";
import type { ArraySource } from "../arraySource";
import { parseAxes, type Axis } from "../axes";
import type { StatesPart } from "../states";
import { isBoundary } from "../../../shared/fields/boundary";
import { OWN_BOUNDARY, OWN_FIELDS, OWN_NAMES } from "../write/ownWords";
import { axesOfDimensions, namedArrays, namedDimensions } from "./named";
import { fno } from "./fno";
import { lines } from "./lines";
import { pdearena } from "./pdearena";
import { pdebench } from "./pdebench";
import { pdegym } from "./pdegym";
import { axesByMeshes } from "../meshes";
import { axesByChannels, axesByTime } from "./beside";
import {
  assumptions,
  axesOf,
  candidatesIn,
  partnerOf,
  plain,
  targetPart,
  toldByMeshes,
  usualFor,
} from "./plain";
import { leafOf } from "./channelNames";
import type { Layout, Proposal, ProposedPart } from "./proposal";
import { theWell } from "./theWell";

export type { Proposal } from "./proposal";

/** Tried in this order: what is surest first. */
const layouts: readonly Layout[] = [
  theWell,
  pdebench,
  pdearena,
  lines,
  pdegym,
  fno,
  namedDimensions,
  plain,
  namedArrays,
];

/**
 * @throws UserError "data/no-input" where several arrays may be the input, "data/axes", "axes/syntax", "npz/no-array"
 */
export async function readingOf(file: ArrayFile, options: DataOptions): Promise<Proposal> {
  const proposal = await proposalFor(file, options);
  if (options.input === undefined && options.axes === undefined && options.target === undefined) {
    if (proposal === undefined) throw manyArrays(file);
    return { ...proposal, notices: [...(proposal.remarks ?? []), ...proposal.notices] };
  }
  const stated = options.axes === undefined ? undefined : parseAxes(options.axes);
  const chosen =
    options.input === undefined
      ? (proposal?.input ?? onlyBeside(file, options))
      : named(options.input, file).map((name) => partNamed(name, file, proposal));
  const notices = [
    ...(proposal?.remarks ?? []),
    ...(options.input === undefined ? (proposal?.notices ?? []) : []),
  ];
  const candidates = candidatesIn(file);
  const input = chosen.map(({ array, axes }): StatesPart => {
    if (stated !== undefined) return { array, axes: fitting(stated, array) };
    if (axes !== undefined) return { array, axes };
    const byTime = axesByTime(array, file.arrays);
    const meshed = axesByMeshes(array, file.arrays, byTime ?? usualFor(array));
    const assumed =
      meshed ?? byTime ?? axesByChannels(array, candidates, file.arrays) ?? axesOf(array);
    notices.push(...(meshed === undefined ? assumptions : toldByMeshes)(array, assumed));
    return { array, axes: assumed };
  });
  const first = input[0]!;
  const target = targetOf(file, options, proposal, first);
  const own = proposal?.target?.[0]?.array.name;
  const outputFields =
    options.target === undefined || target?.array.name === own
      ? proposal?.outputFields
      : target?.fields;
  return {
    ...(proposal ?? { layout: file.format, evidence: [] }),
    input,
    target: target === undefined ? undefined : [target],
    fields: options.input === undefined ? proposal?.fields : fieldsTogether(chosen),
    outputFields,
    notices: notices.filter((notice) => stated === undefined || !notice.startsWith("Axes of ")),
  };
}

/** What the layouts make of the file; a stated input makes it of no matter that plain files cannot be told. */
async function proposalFor(file: ArrayFile, options: DataOptions): Promise<Proposal | undefined> {
  try {
    for (const layout of layouts) {
      const proposal = await layout(file);
      if (proposal !== undefined) return asStated(proposal, file);
    }
  } catch (error) {
    const unknown = error instanceof UserError && error.code === "data/axes";
    if (!unknown || (options.axes === undefined && options.input === undefined)) throw error;
  }
  return undefined;
}

/** What our own files say beside a layout that has no words for it: kinds of fields, and the boundary. */
function asStated(proposal: Proposal, file: ArrayFile): Proposal {
  const own = file.attributes("");
  const word = (value: unknown): string | undefined =>
    typeof value === "string" && value !== "" ? value : undefined;
  const fields = word(own[OWN_FIELDS]);
  // A layout may take states for others of its shape, of which its own writer said that nobody knew.
  const unknown = fields === undefined && own[OWN_NAMES] !== undefined;
  const boundary = word(own[OWN_BOUNDARY]);
  return {
    ...proposal,
    ...(fields === undefined && !unknown ? {} : { fields }),
    ...(boundary === undefined || !isBoundary(boundary) ? {} : { boundary }),
    notices: proposal.notices.filter(
      (notice) => boundary === undefined || !notice.startsWith("The boundary is not stated"),
    ),
  };
}

/** Names of arrays, separated by commas; one name may have a comma in it. */
function named(text: string, file: ArrayFile): string[] {
  return file.arrays.has(text) ? [text] : text.split(",").map((name) => name.trim());
}

/** An array that was named, with what is known of it. */
interface NamedPart {
  readonly array: ArraySource;
  readonly axes: readonly Axis[] | undefined;
  readonly fields?: string;
}

/** By its name, or by the last part of it where no other array is called so: strain of t2_fields/strain. */
function partNamed(name: string, file: ArrayFile, proposal: Proposal | undefined): NamedPart {
  const offered = [...(proposal?.input ?? []), ...(proposal?.others ?? [])];
  const known =
    offered.find(({ array }) => array.name === name) ??
    (file.arrays.has(name) ? undefined : lone(offered.filter(({ array }) => isLeaf(name, array))));
  if (known !== undefined) return known;
  const called = file.arrays.has(name)
    ? undefined
    : lone([...file.arrays.values()].filter((array) => isLeaf(name, array)));
  const array = called ?? arrayNamed(file, name);
  return { array, axes: axesOfDimensions(array.dimensions) };
}

const isLeaf = (name: string, array: ArraySource): boolean => leafOf(array.name) === name;

function lone<T>(some: readonly T[]): T | undefined {
  return some.length === 1 ? some[0] : undefined;
}

/** The fields of arrays in this order; undefined where nothing says those of one. */
function fieldsTogether(parts: readonly NamedPart[]): string | undefined {
  const known = parts.flatMap(({ fields }) => fields ?? []);
  return known.length === parts.length ? known.join(",") : undefined;
}

/** The stated axes for an array that lacks the channel axis, or has one more. */
function fitting(axes: readonly Axis[], { shape }: ArraySource): readonly Axis[] {
  if (shape.length === axes.length + 1 && !axes.includes("channel")) return [...axes, "channel"];
  if (shape.length === axes.length - 1) return axes.filter((axis) => axis !== "channel");
  return axes;
}

function targetOf(
  file: ArrayFile,
  options: DataOptions,
  proposal: Proposal | undefined,
  { array, axes }: StatesPart,
): ProposedPart | undefined {
  if (options.target !== undefined) {
    const named = partNamed(options.target, file, proposal);
    // Axes that were stated for the input hold for its target too.
    const stated = options.axes !== undefined && named.array.shape.length === axes.length;
    return named.axes === undefined || stated
      ? { ...named, ...targetPart(named.array, array, axes) }
      : { ...named, axes: named.axes };
  }
  if (options.input === undefined && proposal !== undefined) {
    const own = proposal.target?.[0];
    return (
      own && targetPart(own.array, array, own.array.shape.length === axes.length ? axes : own.axes)
    );
  }
  const partner = partnerOf(file, array);
  return partner && targetPart(partner, array, axes);
}

/** The one array that is left as input beside a stated target. */
function onlyBeside(
  file: ArrayFile,
  options: DataOptions,
): { array: ArraySource; axes: undefined }[] {
  const candidates = candidatesIn(file).filter(({ name }) => name !== options.target);
  if (candidates.length !== 1) throw manyArrays(file);
  return [{ array: candidates[0]!, axes: undefined }];
}

/** Names listed before the rest is only counted. */
const MOST_NAMES = 12;

const shownArray = (name: string, shape: readonly number[]): string =>
  `${name || "one number or row"} [${shape.join(", ")}]`;

function manyArrays(file: ArrayFile): UserError {
  const all = [...file.arrays.values()];
  const candidates = candidatesIn(file);
  const shown = all
    .slice(0, MOST_NAMES)
    .map(({ name, shape }) => shownArray(name, shape))
    .join(", ");
  const more = all.length > MOST_NAMES ? ` and ${all.length - MOST_NAMES} more` : "";
  const statistics = [
    ["mean", "std"],
    ["min", "max"],
  ].some((names) => names.every((name) => file.arrays.get(name)?.shape.length === 1));
  if (candidates.length === 0 && statistics) {
    return new UserError(
      "data/statistics",
      `${file.path} holds statistics of channels and no states: ${shown}${more}.`,
      {
        where: file.path,
        todo: "Add the states as data, and state this file as what the network’s states are normalised with (--normalise on the command line).",
      },
    );
  }
  if (candidates.length === 0) {
    return new UserError(
      "data/no-input",
      `${file.path} has no array of two axes or more, as states are: ${shown}${more}.`,
      { where: file.path, todo: "Check that it is the file you mean." },
    );
  }
  return new UserError(
    "data/no-input",
    `${file.path} has no array x, and several that may be meant: ${shown}${more}.`,
    {
      where: file.path,
      choices: candidates.map(({ name, shape }) => ({
        value: name,
        label: shownArray(name, shape),
      })),
      todo: "Name the arrays of inputs and targets (--input, --target on the command line); several arrays with commas between them are one state.",
    },
  );
}
