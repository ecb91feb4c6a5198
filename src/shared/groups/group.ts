/** A finite set of elements closed under composition; compose and inverse look the result up by its data. */
import { UserError } from "../errors";
import { didYouMean } from "../nearest";
import {
  identityMatrix,
  multiply,
  transpose,
  type Element,
  type Shift,
  type SignedPermutation,
} from "./element";

export interface Group {
  /** What `--group` takes: `d4`, `translations:4`. */
  readonly id: string;
  readonly label: string;
  /** The identity first. */
  readonly elements: readonly Element[];
  readonly identity: Element;
  /** a·b: first b, then a. */
  compose(a: Element, b: Element): Element;
  inverse(a: Element): Element;
}

type Motion = Pick<Element, "matrix" | "shift">;

function apply(m: SignedPermutation, [x, y]: readonly [number, number]): [number, number] {
  return [m[0][0] * x + m[0][1] * y, m[1][0] * x + m[1][1] * y];
}

/** (M₁, t₁)(M₂, t₂) = (M₁M₂, M₁t₂ + t₁), shifts modulo the period. */
function product(a: Motion, b: Motion): Motion {
  const of = lcm(a.shift.of, b.shift.of);
  const moved = apply(a.matrix, b.shift.steps);
  const steps = moved.map((step, axis) =>
    mod(step * (of / b.shift.of) + a.shift.steps[axis]! * (of / a.shift.of), of),
  );
  return {
    matrix: multiply(a.matrix, b.matrix),
    shift: { steps: [steps[0]!, steps[1]!], of },
  };
}

/** (M, t)⁻¹ = (Mᵀ, −Mᵀt). */
function reciprocal({ matrix, shift }: Motion): Motion {
  const back = transpose(matrix);
  const [x, y] = apply(back, shift.steps);
  return { matrix: back, shift: { steps: [mod(-x, shift.of), mod(-y, shift.of)], of: shift.of } };
}

/** Equal keys, equal motions: fractions in lowest terms. */
function keyOf({ matrix, shift }: Motion): string {
  return `${matrix.flat().join(" ")} ${shift.steps.map((step) => fraction(step, shift)).join(" ")}`;
}

function fraction(step: number, { of }: Shift): string {
  const divisor = gcd(step, of);
  return `${step / divisor}/${of / divisor}`;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function lcm(a: number, b: number): number {
  return (a / gcd(a, b)) * b;
}

function mod(a: number, n: number): number {
  return ((a % n) + n) % n;
}

/**
 * A group of the given elements.
 * @throws UserError "group/not-closed" that names a missing product
 */
export function makeGroup(id: string, label: string, elements: readonly Element[]): Group {
  const keys = new Set(elements.map(keyOf));
  if (!keys.has(keyOf(unmoved))) {
    throw new UserError("group/not-closed", `The elements of ${id} lack the identity e.`);
  }
  for (const a of elements) {
    for (const b of elements) {
      if (!keys.has(keyOf(product(a, b)))) {
        throw new UserError(
          "group/not-closed",
          `The elements of ${id} are no group: ${b.label} followed by ${a.label} is not among them.`,
        );
      }
    }
  }
  return knownGroup(id, label, elements);
}

const unmoved: Motion = { matrix: identityMatrix, shift: { steps: [0, 0], of: 1 } };

/** A group of elements that are known to be closed: whether they are costs the square of their number to check. */
export function knownGroup(id: string, label: string, elements: readonly Element[]): Group {
  const byKey = new Map(elements.map((element) => [keyOf(element), element]));
  const lookUp = (motion: Motion): Element => {
    const found = byKey.get(keyOf(motion));
    if (found === undefined) throw new Error(`not an element of ${id}: ${keyOf(motion)}`);
    return found;
  };
  const identity = lookUp(unmoved);
  return {
    id,
    label,
    elements: [identity, ...elements.filter((element) => element !== identity)],
    identity,
    compose: (a, b) => lookUp(product(a, b)),
    inverse: (a) => lookUp(reciprocal(a)),
  };
}

/** As many elements are listed to who names one that is not there; shifts can be hundreds. */
const SHORT_LIST = 16;

/**
 * The element with that id.
 * @throws UserError "group/element" listing those there are
 */
export function elementOf(group: Group, id: string): Element {
  const found = group.elements.find((element) => element.id === id);
  if (found === undefined) {
    const ids = group.elements.map((element) => element.id);
    const meant = ids.length > SHORT_LIST ? didYouMean(id, ids) : undefined;
    throw new UserError("group/element", `${group.label} has no element "${id}".`, {
      todo: meant ?? `It has ${ids.join(", ")}.`,
    });
  }
  return found;
}
