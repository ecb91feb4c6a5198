/**
 * How normalisation is written, the same in the window, on the command line and in a study:
 *
 *     none | auto | FILE | ENTRY,ENTRY…
 *     ENTRY  [NAME=]KIND        without a name: of whatever no other entry names
 *     KIND   none | pooled | per-channel | min-max[:FROM..TO] | MEAN+-STD | LEAST..MOST | log[+EPSILON][/KIND]
 *
 * NAME is a field, one of its components or the number of a channel: `pooled,density=log+1e-6/pooled,3=0..2`.
 */
import { UserError } from "../errors";
import { didYouMean } from "../nearest";

/** How a variable is centred and scaled; "none" leaves it, and `onto` is where min-max takes the range of the data. */
export type Scaling =
  | "none"
  | "pooled"
  | "per-channel"
  | "min-max"
  | { readonly onto: readonly [number, number] }
  | { readonly mean: number; readonly std: number };

export interface NormaliseEntry {
  /** null: whatever no other entry names. */
  readonly name: string | null;
  /** ε of log(x + ε), which is taken before; null for x itself. */
  readonly log: number | null;
  readonly scaling: Scaling;
}

export type NormaliseChoice =
  /** As the record of the model's training says. */
  | { readonly kind: "auto" }
  | { readonly kind: "file"; readonly path: string }
  /** None of them: no normalisation. */
  | { readonly kind: "entries"; readonly entries: readonly NormaliseEntry[] };

export const scalings = ["none", "pooled", "per-channel", "min-max"] as const;

const NUMBER = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const MEAN_STD = new RegExp(String.raw`^(${NUMBER})(?:±|\+-)(${NUMBER})$`, "u");
const RANGE = new RegExp(String.raw`^(${NUMBER})\.\.(${NUMBER})$`, "u");
const ONTO = new RegExp(String.raw`^min-max:(${NUMBER})\.\.(${NUMBER})$`, "u");
const LOG = new RegExp(String.raw`^log(?:\+(${NUMBER}))?(?:/(.+))?$`, "u");

/** @throws UserError "normalise/syntax" that names the part that is not understood */
export function parseNormalise(text: string): NormaliseChoice {
  const whole = text.trim();
  if (whole === "") return { kind: "entries", entries: [] };
  if (whole === "auto") return { kind: "auto" };
  const parts = whole.split(",").map((part) => part.trim());
  const entries = parts.map(entryOf);
  const unknown = entries.indexOf(null);
  if (unknown < 0) return { kind: "entries", entries: checked(entries as NormaliseEntry[], whole) };
  const isNumber = new RegExp(`^${NUMBER}$`, "u").test(whole);
  if (!isNumber && !whole.includes("=") && /[./\\]/.test(whole)) {
    return { kind: "file", path: whole };
  }
  const part = parts[unknown]!;
  if (isNumber) {
    throw new UserError("normalise/syntax", `The normalisation “${part}” is one number.`, {
      where: "normalise",
      todo: `Write two: ${part}+-0.2 for mean and standard deviation, or 0..2 for a range; or one of none, auto, pooled, per-channel and min-max, or a file of numbers.`,
    });
  }
  const kind = part.slice(part.indexOf("=") + 1);
  throw new UserError("normalise/syntax", `The normalisation “${part}” is not understood.`, {
    where: "normalise",
    todo:
      (kind.includes(":") ? undefined : didYouMean(kind, [...scalings, "log", "auto"])) ??
      "Write none, auto, pooled, per-channel, min-max, min-max:-1..1 (onto that range), 1.5+-0.2 (mean and standard deviation), 0..2 (a range) or log+1e-6/pooled, for one field like density=log/pooled with commas between, or a file of numbers.",
  });
}

/** As `parseNormalise` reads it. */
export function showNormalise(entries: readonly NormaliseEntry[]): string {
  return entries.length === 0 ? "none" : entries.map(showEntry).join(",");
}

function showEntry({ name, log, scaling }: NormaliseEntry): string {
  const scaled = showScaling(scaling);
  const logged = log === null ? "" : log === 0 ? "log" : `log+${log}`;
  const kind = log === null ? scaled : scaling === "none" ? logged : `${logged}/${scaled}`;
  return name === null ? kind : `${name}=${kind}`;
}

function showScaling(scaling: Scaling): string {
  if (typeof scaling === "string") return scaling;
  if ("onto" in scaling) return `min-max:${scaling.onto.join("..")}`;
  return `${scaling.mean}+-${scaling.std}`;
}

function entryOf(part: string): NormaliseEntry | null {
  const [, name = null, kind = ""] = /^(?:([^=]+)=)?(.*)$/u.exec(part)!;
  const logged = LOG.exec(kind);
  const scaling = logged === null ? scalingOf(kind) : scalingOf(logged[2] ?? "none");
  if (scaling === null) return null;
  return {
    name: name?.trim() ?? null,
    log: logged === null ? null : Number(logged[1] ?? 0),
    scaling,
  };
}

function scalingOf(text: string): Scaling | null {
  const named = scalings.find((each) => each === text);
  if (named !== undefined) return named;
  const [, from, to] = ONTO.exec(text) ?? [];
  if (from !== undefined) return { onto: [Number(from), Number(to)] };
  const [, mean, std] = MEAN_STD.exec(text) ?? [];
  if (mean !== undefined) return { mean: Number(mean), std: Number(std) };
  const [, least, most] = RANGE.exec(text) ?? [];
  if (least === undefined) return null;
  return { mean: Number(least), std: Number(most) - Number(least) };
}

/** @throws UserError "normalise/syntax" where a name comes twice, or a scale is none */
function checked(entries: readonly NormaliseEntry[], text: string): readonly NormaliseEntry[] {
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) {
    const what = twice === null ? "what no entry names" : twice;
    throw new UserError("normalise/syntax", `The normalisation “${text}” states ${what} twice.`, {
      where: "normalise",
      todo: "Keep one of the two.",
    });
  }
  const bad = entries.find(
    ({ log, scaling }) => (log !== null && log < 0) || !(lengthOf(scaling) > 0),
  );
  if (bad === undefined) return entries;
  throw new UserError("normalise/syntax", `The normalisation “${showEntry(bad)}” cannot be used.`, {
    where: "normalise",
    todo: "A standard deviation and the length of a range are positive, and ε of log(x + ε) is not negative.",
  });
}

/** A standard deviation, or how long the range is that values are taken onto; 1 of what the data say. */
function lengthOf(scaling: Scaling): number {
  if (typeof scaling === "string") return 1;
  return "onto" in scaling ? scaling.onto[1] - scaling.onto[0] : scaling.std;
}
