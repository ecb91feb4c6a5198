/**
 * Do the channels lie in another order than stated? A vector that is read where other fields lie fits in no reading; read
 * where it lies it does. Its places among the other fields are tried, and one alone must explain the data.
 */
import type { ConventionReport } from "../../shared/contract";
import { type ChannelGroup, type FieldSpec, type Grid } from "../../shared/fields/spec";
import { checkConvention } from "./conventionCheck";

type Values = Float32Array | Float64Array;

/** Of what decides, the right order of simulated flows leaves below 0.05 unexplained, a wrong one above 0.5. */
const EXPLAINS = 0.25;
/** What the order that is stated must leave more than another, where it explains anything. */
const MARGIN = 2;

/** More places than these are not tried: each takes as long as the check itself. */
const MOST_PLACES = 8;

/** As `checkConvention` takes them. */
export interface Asked {
  readonly values: Values;
  readonly shape: readonly number[];
  readonly grid: Grid;
  readonly later: Values | undefined;
}

/**
 * The report, or where the channels explain the data in one other order alone, a report that proposes it: as a further
 * row with fields of its own. Where the stated order explains them nothing else is tried.
 * @param report what `checkConvention` says of the same data
 * @param turn lets others have the thread before each order, and ends the search by throwing
 */
export async function withOrder(
  report: ConventionReport,
  { values, shape, grid, later }: Asked,
  spec: FieldSpec,
  turn: () => Promise<void>,
): Promise<ConventionReport> {
  const stated = leftBy(report);
  if (stated <= EXPLAINS) return report;
  const explaining: ConventionReport[] = [];
  for (const order of otherOrders(spec)) {
    await turn();
    const found = checkConvention(values, shape, order, grid, later);
    if (leftBy(found) <= Math.min(EXPLAINS, stated / MARGIN)) explaining.push(found);
  }
  const [one] = explaining;
  return one === undefined || explaining.length > 1 ? report : proposing(report, one, spec);
}

/** The same fields with the one vector before each of the others, or last: every order but the stated one. */
export function otherOrders(spec: FieldSpec): FieldSpec[] {
  const vectors = spec.filter(({ kind }) => kind === "vector");
  const [vector] = vectors;
  const others = spec.filter((group) => group !== vector);
  const alone = others.every(({ channels }) => channels.length === 1);
  if (vector === undefined || !alone || others.length > MOST_PLACES) return [];
  return Array.from({ length: others.length + 1 }, (_, at) => at)
    .filter((at) => at !== spec.indexOf(vector))
    .map((at) => laidOut(others.toSpliced(at, 0, vector)));
}

/** Channels in the order of the groups; components straight. */
function laidOut(groups: readonly ChannelGroup[]): FieldSpec {
  let next = 0;
  return groups.map(({ name, kind, channels }) => ({
    name,
    kind,
    channels: channels.map(() => next++),
  }));
}

/** What the evidence that decides leaves of the data at best; 1 where none does. */
function leftBy({ verdict, evidence = [], best = 0 }: ConventionReport): number {
  if (verdict === "cannot-tell") return 1;
  const deciding = evidence.filter(({ says }) => says === "decides");
  return Math.min(1, ...deciding.map(({ scores }) => scores[best]!));
}

/** @param found what is said of the data in the other order */
function proposing(
  report: ConventionReport,
  found: ConventionReport,
  spec: FieldSpec,
): ConventionReport {
  const best = found.best ?? 0;
  const row = found.rows[best]!;
  const fields = row.fields!;
  const evidence = (report.evidence ?? []).flatMap((one) => {
    const other = found.evidence?.find(({ name }) => name === one.name);
    return other === undefined ? [] : [{ ...other, scores: [...one.scores, other.scores[best]!] }];
  });
  const by = evidence
    .filter(({ says }) => says === "decides")
    .map(({ name, scores }) => `${lower(name)} ${shown(scores.at(-1)!)}`);
  const rest = spec.length > 2 ? ", with the other fields in the order stated" : "";
  const stated = leftBy(report);
  const instead =
    stated < 1
      ? `in the order stated the best reading leaves ${stated.toPrecision(2)}`
      : "in the order stated no reading of the vector does";
  return {
    ...report,
    verdict: "other-fits-better",
    sentence: `The channels explain the data as ${fields}${rest}: ${by.join(", ")}; ${instead}. If they are stored so, read them as ${fields} (--fields on the command line).`,
    rows: [
      ...report.rows.map(({ name, description, score, stated: asStated }) => {
        return { name, description, score, stated: asStated, possible: false };
      }),
      {
        name: fields.replaceAll(/,(?![^()]*\))/g, ", "),
        description: "the channels in another order",
        score: row.score,
        stated: false,
        possible: true,
        fields,
        order: true,
      },
    ],
    best: report.rows.length,
    evidence,
  };
}

function shown(score: number): string {
  return score < 1e-6 ? "below 1e-6" : score.toPrecision(2);
}

function lower(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
