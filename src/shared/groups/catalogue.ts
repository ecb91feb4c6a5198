/**
 * The groups that can be named: D4 and its subgroups, shifts, and none.
 *
 * Convention (fields stored [..., y, x], y increasing with the row): r sends the point (x, y), measured from the centre,
 * to (y, −x) and a vector (vx, vy) to (vy, −vx), which on the array is rot90(+1) over the last two axes; s sends x to −x.
 * `srk` means r applied k times, then s.
 */
import { UserError } from "../errors";
import { didYouMean } from "../nearest";
import { identityMatrix, multiply, noShift, type Element, type SignedPermutation } from "./element";
import { elementOf, knownGroup, makeGroup, type Group } from "./group";

const quarterTurn: SignedPermutation = [
  [0, 1],
  [-1, 0],
];
const reflection: SignedPermutation = [
  [-1, 0],
  [0, 1],
];

const superscript = ["", "", "²", "³"];

function dihedralElements(): Element[] {
  const elements: Element[] = [];
  for (const reflected of [false, true]) {
    let turn = identityMatrix;
    for (let k = 0; k < 4; k++) {
      const power = k === 0 ? "" : "r";
      const head = reflected ? "s" : "";
      elements.push({
        id: `${head}${power}${k > 1 ? k : ""}` || "e",
        label: `${head}${power}${superscript[k]!}` || "e",
        matrix: reflected ? multiply(reflection, turn) : turn,
        shift: noShift,
      });
      turn = multiply(quarterTurn, turn);
    }
  }
  return elements;
}

/** The eight symmetries of the square: e, r, r2, r3, s, sr, sr2, sr3. */
export const d4: Group = makeGroup("d4", "D4, symmetries of the square", dihedralElements());

/** Only the identity; fits every kind of data. */
export const trivial: Group = makeGroup("trivial", "no symmetry", [d4.identity]);

/** D4's subgroups by name. Two are Klein groups; v4 is the one of the diagonals, which the coherence paper singles out. */
const named: readonly { id: string; label: string; elements: string }[] = [
  { id: "trivial", label: "no symmetry", elements: "e" },
  { id: "c2", label: "C2, half turn", elements: "e,r2" },
  { id: "mirror-x", label: "reflection of x", elements: "e,s" },
  { id: "mirror-y", label: "reflection of y", elements: "e,sr2" },
  { id: "mirror-diagonal", label: "reflection in the diagonal", elements: "e,sr3" },
  { id: "mirror-antidiagonal", label: "reflection in the antidiagonal", elements: "e,sr" },
  { id: "c4", label: "C4, quarter turns", elements: "e,r,r2,r3" },
  { id: "v4", label: "V4, diagonal reflections", elements: "e,r2,sr,sr3" },
  { id: "v4-axes", label: "V4, axis reflections", elements: "e,r2,s,sr2" },
  { id: "d4", label: d4.label, elements: "e,r,r2,r3,s,sr,sr2,sr3" },
];

/** People's name of a set of D4 elements, keyed like `subgroupsOf` keys them; undefined where there is none. */
export function knownSubgroup(key: string): { id: string; label: string } | undefined {
  return named.find((entry) => entry.elements === key);
}

/** Names that `groupByName` takes as they are, for help texts and pickers. */
export const groupNames: readonly string[] = named.map((entry) => entry.id).reverse();

/** Shifts by single points of grids up to this size; of as many elements as it has points few are studied together. */
const MAX_TRANSLATION_PARTS = 128;

/** Shifts by multiples of 1/parts of the period along x and y: parts² elements. */
export function translations(parts: number): Group {
  const elements: Element[] = [];
  for (let y = 0; y < parts; y++) {
    for (let x = 0; x < parts; x++) {
      const id = `${x === 0 ? "" : `tx${x}`}${y === 0 ? "" : `ty${y}`}` || "e";
      elements.push({
        id,
        label: id,
        matrix: identityMatrix,
        shift: { steps: [x, y], of: parts },
      });
    }
  }
  return knownGroup(`translations:${parts}`, `shifts by 1/${parts} of the period`, elements);
}

/**
 * The group that `--group` names: d4, c4, v4, …, trivial, translations:n, or a closed list of D4's elements (`e,r2`).
 * @throws UserError "group/unknown", "group/not-closed"
 */
export function groupByName(name: string): Group {
  const text = name.trim().toLowerCase();
  const entry = named.find(({ id, elements }) => id === text || elements === text);
  if (entry !== undefined) return subsetOfD4(entry.id, entry.label, entry.elements.split(","));
  const shifts = /^translations:(\d+)$/.exec(text);
  if (shifts !== null) {
    const parts = Number(shifts[1]);
    if (parts >= 1 && parts <= MAX_TRANSLATION_PARTS) return translations(parts);
    throw unknown(name, `translations take 1 to ${MAX_TRANSLATION_PARTS} parts of the period`);
  }
  if (
    text.includes(",") &&
    text.split(",").every((id) => d4.elements.some((e) => e.id === id.trim()))
  ) {
    const ids = new Set(text.split(",").map((id) => id.trim()));
    const key = d4.elements.map(({ id }) => id).filter((id) => ids.has(id));
    const known = knownSubgroup(key.join(","));
    return subsetOfD4(known?.id ?? key.join(","), known?.label ?? `{${key.join(", ")}}`, key);
  }
  throw unknown(name, "it is not among the groups known here");
}

function subsetOfD4(id: string, label: string, elements: readonly string[]): Group {
  return makeGroup(
    id,
    label,
    elements.map((element) => elementOf(d4, element)),
  );
}

function unknown(name: string, problem: string): UserError {
  const meant = didYouMean(name, groupNames);
  return new UserError("group/unknown", `No group "${name}": ${problem}.`, {
    todo: `${meant === undefined ? "" : `${meant} `}Use ${groupNames.join(", ")}, translations:n or a list of elements such as e,r2,s,sr2.`,
  });
}
