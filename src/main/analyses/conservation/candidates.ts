/** Functionals among which invariants are looked for: sums of channels, of products of them, of squared gradients. */
import type { ConservationParameters } from "../../../shared/analyses/conservation";
import { UserError } from "../../../shared/errors";
import { parseIntegrand } from "../../../shared/physics/integrand";
import type { Quantity } from "../../../shared/physics/quantity";
import { sizeOf } from "../../../shared/tensor";
import type { Layout } from "../../physics/layout";

export interface Candidates {
  readonly quantities: readonly Quantity[];
  readonly layout: Layout;
}

/** More would take minutes of linear algebra and thousands of states. */
const MOST = 300;

/** @throws UserError "conservation/candidates" where there are too many */
export function candidatesOf(
  choice: ConservationParameters["invariants"],
  layout: Layout,
  shape: readonly number[],
): Candidates | null {
  if (choice === "none") return null;
  // Without a grid every number is a coordinate of its own; on one, integrals over it do not depend on the place.
  const wide = layout.grid === null ? singles(layout, shape) : layout;
  const names = shortNames(wide);
  const products = choice === "linear" ? [] : pairs(names);
  const slopes =
    choice === "gradients" && layout.grid !== null
      ? gradientPairs(names, layout.grid.size.length)
      : [];
  const cubes = choice === "gradients" && layout.grid !== null ? triples(names) : [];
  const formulas = [...names, ...products, ...cubes, ...slopes];
  if (formulas.length > MOST) {
    throw new UserError(
      "conservation/candidates",
      `States of ${names.length} numbers have ${formulas.length} such functionals, more than the ${MOST} that can be told apart here.`,
      { where: "invariants", todo: "Choose linear, or none." },
    );
  }
  return {
    layout: wide,
    quantities: formulas.map((formula) => ({
      id: formula,
      nature: null,
      integrand: parseIntegrand(formula),
    })),
  };
}

/** Every number by itself: qx1 is the first particle's qx. */
function singles(layout: Layout, shape: readonly number[]): Layout {
  const own = shortNames(layout);
  const { positions = [], sites } = layout;
  const names = positions.flatMap((channels, particle) =>
    [...channels].map((at, c): [string, number] => [
      sites === 1 ? own[c]! : `${own[c]!}${particle + 1}`,
      at,
    ]),
  );
  return {
    channels: sizeOf(shape),
    sites: 1,
    grid: null,
    volume: 1,
    weights: null,
    walls: layout.walls,
    names: new Map(names.sort(([, a], [, b]) => a - b)),
    fields: null,
    constants: new Map(),
  };
}

/** One name a channel, the shortest. */
function shortNames({ names, channels }: Layout): string[] {
  const all = [...names];
  return Array.from({ length: channels }, (_, channel) =>
    all
      .filter(([, at]) => at === channel)
      .map(([name]) => name)
      .reduce((a, b) => (b.length < a.length ? b : a)),
  );
}

function pairs(names: readonly string[]): string[] {
  return names.flatMap((a, i) => names.slice(i).map((b) => (a === b ? `${a}^2` : `${a}*${b}`)));
}

function triples(names: readonly string[]): string[] {
  return names.flatMap((a, i) =>
    names
      .slice(i)
      .flatMap((b, j) =>
        names
          .slice(i + j)
          .map((c) => (a === b && b === c ? `${a}^3` : a === b ? `${a}^2*${c}` : `${a}*${b}*${c}`)),
      ),
  );
}

/** ∇a·∇b. */
function gradientPairs(names: readonly string[], axes: number): string[] {
  const along = ["x", "y", "z"].slice(0, axes);
  const of = (a: string, b: string): string =>
    along.map((axis) => (a === b ? `d${axis}(${a})^2` : `d${axis}(${a})*d${axis}(${b})`)).join("+");
  return names.flatMap((a, i) => names.slice(i).map((b) => of(a, b)));
}
