/**
 * Sequences: lists of tensors between nodes, as `torch.split` and lists in scripted networks are exported. Lengths and
 * positions must be known while importing; then a sequence is nothing but its elements and leaves no node behind.
 */
import type { Value } from "../../ir";
import type { Call, Converters, Sequence } from "./call";

/** Elements of a sequence that a single tensor is split into. */
const MOST_ELEMENTS = 10_000;

/** A position in a list of `count`, counted from its end where it is negative. */
function position(call: Call, input: number, count: number): number {
  const given = call.number(input);
  const at = given < 0 ? given + count : given;
  if (at < 0 || at >= count) throw call.malformed(`position ${given} is not one of ${count}`);
  return at;
}

/** A new axis of extent 1. */
function widened(call: Call, value: Value, axis: number): Value {
  return call.g.reshape(value, value.shape.toSpliced(axis, 0, 1));
}

/** Extents of the parts: of one number, as many of it as fit and the rest; of none, ones. */
function partsOf(call: Call, extent: number): number[] {
  const split = call.optional(1);
  if (split !== undefined && split.shape.length > 0) {
    const parts = call.numbers(1);
    if (parts.some((part) => part < 0) || parts.reduce((sum, part) => sum + part, 0) !== extent) {
      throw call.malformed(`its parts ${parts.join(", ")} do not make up ${extent}`);
    }
    return parts;
  }
  const each = split === undefined ? 1 : call.number(1);
  if (!(each >= 1)) throw call.malformed(`it splits into parts of ${each}`);
  const count = Math.ceil(extent / each);
  if (count > MOST_ELEMENTS) {
    throw call.unsupported(`it makes more than ${MOST_ELEMENTS} tensors of one`);
  }
  return Array.from({ length: count }, (_, i) => Math.min(each, extent - i * each));
}

export const sequences: Converters = {
  SequenceEmpty: () => ({ elements: [] }),
  SequenceConstruct: (call) => ({ elements: call.all() }),
  SequenceLength: (call) => call.g.indices([call.sequence(0).length], []),

  SequenceAt(call) {
    const elements = call.sequence(0);
    return elements[position(call, 1, elements.length)]!;
  },
  /** At the end unless a position is given. */
  SequenceInsert(call): Sequence {
    const elements = call.sequence(0);
    const { length } = elements;
    // Behind the last element is a position, too; from the end, −1 is before the last.
    const given = call.optional(2) === undefined ? length : call.number(2);
    const at = given === length ? length : position(call, 2, length);
    return { elements: elements.toSpliced(at, 0, call.input(1)) };
  },
  /** The last one unless a position is given. */
  SequenceErase(call): Sequence {
    const elements = call.sequence(0);
    if (elements.length === 0) throw call.malformed("it takes an element from an empty sequence");
    const { length } = elements;
    const at = call.optional(1) === undefined ? length - 1 : position(call, 1, length);
    return { elements: elements.toSpliced(at, 1) };
  },

  ConcatFromSequence(call) {
    const elements = call.sequence(0);
    const [first] = elements;
    if (first === undefined) throw call.malformed("it joins an empty sequence");
    const stacks = call.flag("new_axis");
    const axis = call.axis(call.int("axis"), first.shape.length + Number(stacks));
    return call.g.concat(
      stacks ? elements.map((element) => widened(call, element, axis)) : elements,
      axis,
    );
  },

  /** `keepdims` = 0 takes the axis away, where no sizes of parts are given. */
  SplitToSequence(call): Sequence {
    const { g } = call;
    const x = call.input(0);
    const axis = call.axis(call.int("axis", 0), x.shape.length);
    const squeezes = call.optional(1) === undefined && !call.flag("keepdims", true);
    let start = 0;
    const elements = partsOf(call, x.shape[axis]!).map((extent) => {
      const part = g.slice(x, [{ axis, start, end: (start += extent) }]);
      return squeezes ? g.reshape(part, part.shape.toSpliced(axis, 1)) : part;
    });
    return { elements };
  },
};
