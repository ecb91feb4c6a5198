/**
 * Control flow that does not depend on data: of an If the branch that is taken, Loop and Scan unrolled. Conditions
 * and trip counts must be known while importing; exporters compute them from shapes.
 */
import { sizeOf, toFloat64 } from "../../../../shared/tensor";
import type { Value } from "../../ir";
import type { ValueInfoProto } from "../schema";
import {
  isSequence,
  type Body,
  type Call,
  type Converter,
  type Converters,
  type Item,
} from "./call";
import { knownTensor } from "./known";

/** Rounds of a loop; without trip count, one whose condition never fails. */
const MOST_ROUNDS = 10_000;

/** What must be a tensor, for the conditions and slices of loops are. */
function tensor(call: Call, item: Item): Value {
  if (isSequence(item)) throw call.malformed("its body returns a sequence in a tensor's place");
  return item;
}

/** One bool or whole number. */
function known(call: Call, value: Value, what: string): number {
  const tensor = knownTensor(value, `${what} (node ${call.origin})`);
  if (sizeOf(tensor.shape) !== 1) throw call.malformed(`${what} is not one element`);
  return toFloat64(tensor)[0]!;
}

/** The branches must agree in the number of their outputs and, where they state them, in element types. */
const If: Converter = (call) => {
  const branches = [call.body("then_branch"), call.body("else_branch")] as const;
  const [yes, no] = branches.map(({ graph }) => graph.output) as [
    ValueInfoProto[],
    ValueInfoProto[],
  ];
  if (yes.length !== no.length || yes.length < call.outputs) {
    throw call.malformed(
      `its branches make ${yes.length} and ${no.length} values where the node has ${call.outputs}`,
    );
  }
  yes.forEach(({ name, type }, i) => {
    const [a, b] = [type?.tensorType?.elemType, no[i]!.type?.tensorType?.elemType];
    if (a !== b && a !== undefined && b !== undefined && a !== 0 && b !== 0) {
      throw call.malformed(`its branches disagree on the element type of "${name}"`);
    }
  });
  const taken = known(call, call.input(0), "The condition of the If") !== 0 ? 0 : 1;
  return branches[taken].run([]);
};

/** The values along a new axis, in order; without any, a tensor of extent 0 there. */
function stack(call: Call, values: readonly Value[], like: Value, axis = 0): Value {
  const { g } = call;
  const at = axis < 0 ? axis + like.shape.length + 1 : axis;
  if (at < 0 || at > like.shape.length) throw call.malformed(`it stacks along axis ${axis}`);
  const widened = (extent: number): number[] => [
    ...like.shape.slice(0, at),
    extent,
    ...like.shape.slice(at),
  ];
  if (values.length === 0) return g.zeros({ dtype: like.dtype, shape: widened(0) });
  if (values.some(({ shape }) => shape.join() !== like.shape.join())) {
    throw call.malformed("its rounds make values of different shapes");
  }
  return g.concat(
    values.map((value) => g.reshape(value, widened(1))),
    at,
  );
}

/** Body: (round, condition, states…) → (condition, states…, one slice of each scanned output…). */
const Loop: Converter = (call) => {
  const { g } = call;
  const body = call.body("body");
  const initial = Array.from({ length: Math.max(0, call.inputs - 2) }, (_, i) => call.item(i + 2));
  const count = call.optional(0);
  const limit = count === undefined ? Infinity : known(call, count, "The trip count of the Loop");
  const scanned = body.graph.output.length - 1 - initial.length;
  if (scanned < 0) throw call.malformed("its body returns too few values");
  let condition =
    call.optional(1) ?? g.constant({ dtype: "bool", shape: [], data: Uint8Array.of(1) });
  let states: readonly Item[] = initial;
  const slices: Value[][] = Array.from({ length: scanned }, () => []);
  const round = (i: number): Item[] => body.run([g.indices([i], []), condition, ...states]);
  for (let i = 0; i < limit; i++) {
    if (known(call, condition, "The condition of the Loop") === 0) break;
    if (i >= MOST_ROUNDS) throw call.unsupported(`it has more than ${MOST_ROUNDS} rounds`);
    const [next, ...rest] = round(i);
    condition = tensor(call, next!);
    states = rest.slice(0, initial.length);
    rest.slice(initial.length).forEach((slice, k) => slices[k]!.push(tensor(call, slice)));
  }
  // A loop of no rounds still says of what shape its slices would be.
  const sample = scanned > 0 && slices[0]!.length === 0 ? round(0).slice(1 + initial.length) : [];
  return [
    ...states,
    ...slices.map((each, k) => stack(call, each, each[0] ?? tensor(call, sample[k]!))),
  ];
};

/** Body: (states…, one slice of each scanned input…) → (states…, one slice of each scanned output…). */
const Scan: Converter = (call) => {
  if (call.opset < 9) throw call.unsupported("Scan of opset 8; export with opset_version=17");
  const { g } = call;
  const body: Body = call.body("body");
  const scans = call.int("num_scan_inputs");
  const kept = call.inputs - scans;
  if (scans < 1 || kept < 0) throw call.malformed(`it scans ${scans} of its inputs`);
  const outputs = body.graph.output.length - kept;
  if (outputs < 0) throw call.malformed("its body returns too few values");
  const entry = (name: string, i: number): number => call.ints(name)?.[i] ?? 0;
  const inputs = Array.from({ length: scans }, (_, i) => {
    const value = call.input(kept + i);
    const axis = call.axis(entry("scan_input_axes", i), value.shape.length);
    return { value, axis, backwards: entry("scan_input_directions", i) !== 0 };
  });
  const rounds = inputs[0]!.value.shape[inputs[0]!.axis]!;
  if (inputs.some(({ value, axis }) => value.shape[axis] !== rounds)) {
    throw call.malformed("its scanned inputs differ in length");
  }
  if (rounds === 0) throw call.unsupported("a scan of length 0");
  let states = Array.from({ length: kept }, (_, i) => call.input(i));
  const slices: Value[][] = Array.from({ length: outputs }, () => []);
  for (let t = 0; t < rounds; t++) {
    const parts = inputs.map(({ value, axis, backwards }) => {
      const at = backwards ? rounds - 1 - t : t;
      const part = g.slice(value, [{ axis, start: at, end: at + 1 }]);
      return g.reshape(part, value.shape.toSpliced(axis, 1));
    });
    const made = body.run([...states, ...parts]);
    states = made.slice(0, kept).map((state) => tensor(call, state));
    made.slice(kept).forEach((slice, k) => slices[k]!.push(tensor(call, slice)));
  }
  return [
    ...states,
    ...slices.map((each, k) => {
      const ordered = entry("scan_output_directions", k) !== 0 ? each.toReversed() : each;
      return stack(call, ordered, each[0]!, entry("scan_output_axes", k));
    }),
  ];
};

export const control: Converters = { If, Loop, Scan };
