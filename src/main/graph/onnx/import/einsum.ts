/**
 * Einsum as transposes and matrix products: operands are joined two by two, indices that neither the result nor
 * a later operand needs are summed as soon as they can be.
 */
import { sizeOf } from "../../../../shared/tensor";
import type { Value } from "../../ir";
import type { Call } from "./call";

interface Operand {
  readonly value: Value;
  /** The index of each axis; those of an ellipsis are numbered from the right: "…0" is the last. */
  readonly indices: readonly string[];
}

export function einsum(call: Call, equation: string, values: readonly Value[]): Value {
  const [left = "", right] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  if (terms.length !== values.length)
    throw call.malformed(`"${equation}" is for ${terms.length} inputs`);
  const operands = values.map((value, i) =>
    diagonal(call, { value, indices: parse(call, terms[i]!, value.shape.length) }),
  );
  const output =
    right === undefined ? implicitOutput(operands, terms) : parseOutput(call, right, operands);
  let current = operands[0]!;
  operands.slice(1).forEach((next, i) => {
    const later = new Set([...output, ...operands.slice(i + 2).flatMap(({ indices }) => indices)]);
    current = join(call, current, next, later);
  });
  const summed = sumOut(call, current, new Set(output));
  const missing = output.find((index) => !summed.indices.includes(index));
  if (missing !== undefined)
    throw call.malformed(`"${equation}" has no input with the index ${missing}`);
  return call.g.transpose(
    summed.value,
    output.map((index) => summed.indices.indexOf(index)),
  );
}

/** Letters, with "..." standing for the axes that the letters leave over. */
function parse(call: Call, term: string, rank: number): string[] {
  const [head = "", tail] = term.split("...");
  const letters = head.length + (tail?.length ?? 0);
  if (tail === undefined ? letters !== rank : letters > rank) {
    throw call.malformed(`"${term}" does not name ${rank} axes`);
  }
  const dots =
    tail === undefined
      ? []
      : Array.from({ length: rank - letters }, (_, i) => `…${rank - letters - 1 - i}`);
  return [...head, ...dots, ...(tail ?? "")];
}

function ellipsis(operands: readonly Operand[]): string[] {
  const all = new Set(
    operands.flatMap(({ indices }) => indices.filter((index) => index.startsWith("…"))),
  );
  return [...all].sort((a, b) => Number(b.slice(1)) - Number(a.slice(1)));
}

/** Without "->": the ellipsis, then the letters that occur once, in alphabetical order. */
function implicitOutput(operands: readonly Operand[], terms: readonly string[]): string[] {
  const letters = [...terms.join("").replaceAll(".", "")];
  const once = letters.filter((letter) => letters.indexOf(letter) === letters.lastIndexOf(letter));
  return [...ellipsis(operands), ...once.sort()];
}

function parseOutput(call: Call, right: string, operands: readonly Operand[]): string[] {
  const [head = "", tail] = right.split("...");
  const output = [...head, ...(tail === undefined ? [] : ellipsis(operands)), ...(tail ?? "")];
  if (new Set(output).size !== output.length) throw call.malformed(`"${right}" repeats an index`);
  return output;
}

/** An index that occurs twice in one operand runs along its diagonal: all but the equal pairs are masked out and summed. */
function diagonal(call: Call, { value, indices }: Operand): Operand {
  const second = indices.findIndex((index, axis) => indices.indexOf(index) < axis);
  if (second < 0) return { value, indices };
  const { g } = call;
  const first = indices.indexOf(indices[second]!);
  const extent = value.shape[first]!;
  if (extent !== value.shape[second])
    throw call.malformed(`the diagonal of [${value.shape.join(", ")}]`);
  const ladder = (axis: number): Value =>
    g.indices(
      Array.from({ length: extent }, (_, i) => i),
      value.shape.map((_, at) => (at === axis ? extent : 1)),
    );
  const kept = g.where(g.equal(ladder(first), ladder(second)), value, 0);
  const summed = g.sum(kept, [second]);
  return diagonal(call, { value: summed, indices: indices.filter((_, axis) => axis !== second) });
}

function sumOut(call: Call, { value, indices }: Operand, needed: ReadonlySet<string>): Operand {
  const axes = indices.flatMap((index, axis) => (needed.has(index) ? [] : [axis]));
  if (axes.length === 0) return { value, indices };
  return { value: call.g.sum(value, axes), indices: indices.filter((index) => needed.has(index)) };
}

/** Two operands as one batched matrix product: common indices that stay are its batch, those that go are contracted. */
function join(call: Call, left: Operand, right: Operand, later: ReadonlySet<string>): Operand {
  const { g } = call;
  const a = sumOut(call, left, new Set([...later, ...right.indices]));
  const b = sumOut(call, right, new Set([...later, ...left.indices]));
  const common = a.indices.filter((index) => b.indices.includes(index));
  const batch = common.filter((index) => later.has(index));
  const contracted = common.filter((index) => !later.has(index));
  const rows = a.indices.filter((index) => !common.includes(index));
  const columns = b.indices.filter((index) => !common.includes(index));
  const extent = (index: string): number => {
    const of = ({ value, indices }: Operand): number => value.shape[indices.indexOf(index)] ?? 1;
    const [inA, inB] = [of(a), of(b)];
    if (inA !== inB && inA !== 1 && inB !== 1)
      throw call.malformed(`the index ${index} is ${inA} and ${inB}`);
    return Math.max(inA, inB);
  };
  const arranged = (operand: Operand, groups: readonly (readonly string[])[]): Value => {
    const order = groups.flat();
    const moved = g.transpose(
      operand.value,
      order.map((index) => operand.indices.indexOf(index)),
    );
    // An ellipsis broadcasts: extent 1 against another.
    const full = g.expand(
      moved,
      order.map((index) => extent(index)),
    );
    return g.reshape(full, [
      ...batch.map(extent),
      ...groups.slice(1).map((group) => sizeOf(group.map(extent))),
    ]);
  };
  const product = g.matmul(
    arranged(a, [batch, rows, contracted]),
    arranged(b, [batch, contracted, columns]),
  );
  const indices = [...batch, ...rows, ...columns];
  return { value: g.reshape(product, indices.map(extent)), indices };
}
