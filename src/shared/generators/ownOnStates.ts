/**
 * What a user states by formulas, on states of particles: `field (q2, -q1, p2, -p1)` is a vector field on a particle's
 * own numbers, in their names; `mix` and `shift` a matrix and a shift of them, or of the whole state. An affine field is
 * taken as its matrix and shift, so that its finite motions are exact.
 */
import type { Layout } from "../states/layout";
import { coordinateNames, type Formula, type NamedFormula } from "./formula";
import { unfit, type Infinitesimal, type MixTerm, type Side } from "./generator";

export interface StateClauses {
  readonly flow?: readonly Formula[];
  readonly mix?: readonly (readonly Formula[])[];
  readonly shift?: readonly Formula[];
  readonly field?: readonly NamedFormula[];
}

/** @throws UserError "generator/unfit" */
export function bindOnState(
  id: string,
  { flow, mix, shift, field }: StateClauses,
  side: Side & { readonly layout: Layout },
): Infinitesimal {
  const { layout, channels } = side;
  const what = side.steps === 0 ? "a state" : "a prediction";
  const each = layout.particles > 1 ? `a particle has ${layout.components} and ` : "";
  const misfit = (reason: string): Error =>
    unfit(
      id,
      `${reason}, but ${each}${what} has ${channels} numbers`,
      "Give as many formulas as there are; state the prediction's with out- before the word.",
    );
  if (flow !== undefined) {
    throw unfit(
      id,
      `${what} lies on no grid, so nothing flows in space`,
      `Write field (…), one formula for each of ${listed(layout.names)}.`,
    );
  }
  const sized = (length: number): boolean => length === layout.components || length === channels;
  if (mix !== undefined && !(sized(mix.length) && mix.every((row) => row.length === mix.length))) {
    throw misfit(`its mix is ${mix.length} × ${mix.map((row) => row.length).join("/")}`);
  }
  if (shift !== undefined && !sized(shift.length)) {
    throw misfit(`its shift has ${shift.length} formulas`);
  }
  if (field !== undefined && field.length !== layout.components) {
    throw misfit(`its field has ${field.length} formulas`);
  }
  const linear = spread(
    layout,
    (mix ?? []).flatMap((row, to) =>
      row.flatMap((formula, from) => {
        const factor = formula.value([]);
        return factor === 0 ? [] : [{ to, from, factor }];
      }),
    ),
    (shift ?? []).map((formula) => formula.value([])),
    (mix ?? shift ?? []).length === channels,
  );
  const stated = field === undefined ? none : fieldOn(id, field, layout);
  return {
    flow: null,
    mix: [...linear.mix, ...stated.mix],
    shift: [...linear.shift, ...stated.shift],
    ...(stated.field === undefined ? {} : { field: stated.field }),
  };
}

const none: Infinitesimal = { flow: null, mix: [], shift: [] };

function spread(
  { positions }: Layout,
  mix: readonly { readonly to: number; readonly from: number; readonly factor: number }[],
  shift: readonly number[],
  whole: boolean,
): Infinitesimal {
  const places = whole
    ? [Int32Array.from(positions.flatMap((own) => [...own]).sort((a, b) => a - b))]
    : positions;
  return {
    flow: null,
    mix: places.flatMap((own) =>
      mix.map(({ to, from, factor }): MixTerm => ({
        to: own[to]!,
        from: own[from]!,
        factor: () => factor,
      })),
    ),
    shift: places.flatMap((own) =>
      shift.flatMap((value, to) => (value === 0 ? [] : [{ to: own[to]!, value: () => value }])),
    ),
  };
}

/** Values at which an affine function shows that it is one. */
const probes = [0.37, -1.21, 2.4, -0.66, 1.83];

function fieldOn(id: string, field: readonly NamedFormula[], layout: Layout): Infinitesimal {
  const bound = field.map((formula) => ({
    formula,
    from: formula.names.map(({ name }) => {
      const component = componentNamed(name, layout);
      if (component !== null) return component;
      throw unfit(
        id,
        `it speaks of ${name}`,
        `A ${layout.particles > 1 ? "particle’s" : "state’s"} numbers are ${listed(layout.names)}.`,
      );
    }),
  }));
  const affine = bound.every(({ formula, from }) => {
    const slopes = [0, 1, 2].map((k) =>
      formula.gradient(from.map((_, i) => probes[(i + k) % probes.length]! * (k + 1))),
    );
    return slopes[0]!.every((slope, i) => slopes.every((other) => near(other[i]!, slope)));
  });
  if (affine) {
    const origin = bound.map(({ formula, from }) => formula.value(from.map(() => 0)));
    const terms = bound.flatMap(({ formula, from }, to) =>
      formula
        .gradient(from.map(() => 0))
        .flatMap((factor, k) => (factor === 0 ? [] : [{ to, from: from[k]!, factor }])),
    );
    return spread(layout, terms, origin, false);
  }
  const size = layout.particles * layout.components;
  return {
    ...none,
    field: (state) => {
      const out = new Float64Array(size);
      for (const own of layout.positions) {
        bound.forEach(({ formula, from }, to) => {
          out[own[to]!] = formula.value(from.map((component) => state[own[component]!]!));
        });
      }
      return out;
    },
  };
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a), Math.abs(b));
}

/** q2 or q.y, or q itself where it is one number. */
function componentNamed(name: string, { names, parts }: Layout): number | null {
  const found = names.indexOf(name);
  if (found >= 0) return found;
  const part = parts.find((one) => one.name === name && one.width === 1);
  if (part !== undefined) return part.first;
  const [, whole, axis] = /^(.+)\.([xyz])$/.exec(name) ?? [];
  const vector = parts.find((one) => one.name === whole);
  const k = coordinateNames.findIndex((one) => one === axis);
  return vector !== undefined && k >= 0 && k < vector.width ? vector.first + k : null;
}

/** More names than this are no list that anybody reads. */
const MOST_LISTED = 12;

function listed(names: readonly string[]): string {
  return names.slice(0, MOST_LISTED).join(", ") + (names.length > MOST_LISTED ? " …" : "");
}
