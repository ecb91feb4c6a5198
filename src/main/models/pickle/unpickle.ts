/**
 * Python's pickle, read without Python: its opcodes build plain values on a stack, and whatever would import or call
 * something makes an inert record instead. Only a host's short list of constructors (tensors, ordered dicts) makes more
 * of a call, from the arguments alone; so nothing that a file says is ever run.
 *
 * Every opcode takes at least a byte and makes at most one value, no opcode copies values, and no length is believed
 * before the bytes are there: memory is bounded by the file, and by a number of steps. Nested values are built without recursion.
 *
 * Protocols 2 to 5: PEP 307, 3154, 574, and the comments of Lib/pickletools.py in CPython.
 */
import { UserError } from "../../../shared/errors";
import type { Cursor } from "./cursor";
import { Dict, Global, Inert, Sequence } from "./values";

export interface PickleHost {
  /** What a call of `name` with `args` makes; undefined where nothing is known of it. */
  construct(name: Global, args: readonly unknown[], cursor: Cursor): unknown;
  /** What stands outside of the pickle, such as a tensor's storage. */
  persistent?(id: unknown, cursor: Cursor): unknown;
  /** Takes the state of an object that `construct` made; false where it is none of those. */
  build?(object: unknown, state: unknown, cursor: Cursor): boolean;
}

/** Digits of Python's long integers are unbounded; a count has 8 bytes, PyTorch's magic number 10. */
const LONGEST_INTEGER = 64;
const HIGHEST_PROTOCOL = 5;

/** A state dict takes some forty steps a tensor; a number in a list of losses takes one. */
const MOST_STEPS = 8_000_000;
/** Marks, dicts, lists, tuples and objects, of some 200 bytes each. */
const MOST_CONTAINERS = 1_000_000;

type Step = (machine: Machine, cursor: Cursor) => void;

/** One pickle from the cursor on, which then stands behind it. @throws UserError "pickle/damaged", "pickle/opcode" */
export function unpickle(cursor: Cursor, host: PickleHost): unknown {
  const machine = new Machine(cursor, host);
  let containers = 0;
  for (let steps = 0; ; steps++) {
    const code = cursor.uint8();
    if (code === STOP) return machine.pop();
    if (containing.has(code)) containers++;
    if (steps > MOST_STEPS || containers > MOST_CONTAINERS) {
      throw cursor.damaged("it holds more objects than any checkpoint");
    }
    const step = opcodes.get(code);
    if (step === undefined) throw unknownOpcode(cursor, code);
    step(machine, cursor);
  }
}

class Machine {
  #stack: unknown[] = [];
  /** Stacks below the marks. */
  readonly #below: unknown[][] = [];
  readonly memo = new Map<number, unknown>();

  constructor(
    readonly cursor: Cursor,
    readonly host: PickleHost,
  ) {}

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length === 0) throw this.cursor.damaged("its stack is empty");
    return this.#stack.pop();
  }

  top(): unknown {
    if (this.#stack.length === 0) throw this.cursor.damaged("its stack is empty");
    return this.#stack.at(-1);
  }

  mark(): void {
    this.#below.push(this.#stack);
    this.#stack = [];
  }

  /** Everything above the last mark. */
  popMark(): unknown[] {
    const items = this.#stack;
    const below = this.#below.pop();
    if (below === undefined) throw this.cursor.damaged("a mark is missing");
    this.#stack = below;
    return items;
  }

  get(index: number): void {
    if (!this.memo.has(index)) throw this.cursor.damaged(`its memo has no entry ${index}`);
    this.push(this.memo.get(index));
  }

  global(module: unknown, name: unknown): void {
    if (typeof module !== "string" || typeof name !== "string") {
      throw this.cursor.damaged("a name to import is no text");
    }
    this.push(new Global(module, name));
  }

  /** `callable(*args)`, which is never called. */
  reduce(callable: unknown, args: unknown): void {
    const known =
      callable instanceof Global && args instanceof Sequence
        ? this.host.construct(callable, args.items, this.cursor)
        : undefined;
    this.push(known ?? new Inert(callable, args));
  }

  append(items: readonly unknown[]): void {
    const list = this.top();
    const into =
      list instanceof Sequence ? list.items : list instanceof Inert ? list.items : undefined;
    if (into === undefined) throw this.cursor.damaged("items are put into what is no list");
    for (const item of items) into.push(item);
  }

  setItems(pairs: readonly unknown[]): void {
    const object = this.top();
    const dict =
      object instanceof Dict ? object : object instanceof Inert ? object.dict : undefined;
    if (dict === undefined || pairs.length % 2 !== 0) {
      throw this.cursor.damaged("entries are put into what is no dict");
    }
    for (let i = 0; i < pairs.length; i += 2) dict.entries.set(pairs[i], pairs[i + 1]);
  }

  build(state: unknown): void {
    const object = this.top();
    if (this.host.build?.(object, state, this.cursor) === true) return;
    if (object instanceof Inert) object.state = state;
    else if (object instanceof Dict && object.takesState && state instanceof Dict) {
      for (const [key, value] of state.entries) object.entries.set(key, value);
    }
  }

  persistent(id: unknown): void {
    const value = this.host.persistent?.(id, this.cursor);
    if (value === undefined) throw this.cursor.damaged("it refers to something outside of it");
    this.push(value);
  }
}

const STOP = 0x2e;
/** Opcodes that make more than a number or a reference. */
const containing = new Set(
  [..."(Rdlot}]", 0x81, 0x85, 0x86, 0x87, 0x8f, 0x91, 0x92, 0x93].map((code) =>
    typeof code === "string" ? code.charCodeAt(0) : code,
  ),
);

/** Little-endian two's complement. */
function longInteger(cursor: Cursor, length: number): number | bigint {
  if (length > LONGEST_INTEGER) throw cursor.damaged(`an integer has ${length} bytes`);
  const bytes = cursor.slice(length);
  let value = 0n;
  for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  if (length > 0 && bytes[length - 1]! >= 0x80) value -= 1n << BigInt(8 * length);
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function tuple(...items: unknown[]): Sequence {
  return new Sequence("tuple", items);
}

const latin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");

/** By the letter or number that pickletools gives. */
const opcodes: ReadonlyMap<number, Step> = new Map(
  (
    [
      ["(", (m) => m.mark()],
      ["0", (m) => m.pop()],
      ["1", (m) => m.popMark()],
      ["2", (m) => m.push(m.top())],
      ["G", (m, c) => m.push(c.float64())],
      ["J", (m, c) => m.push(c.int32())],
      ["K", (m, c) => m.push(c.uint8())],
      ["M", (m, c) => m.push(c.uint16())],
      ["N", (m) => m.push(null)],
      ["Q", (m) => m.persistent(m.pop())],
      ["R", (m) => applied(m)],
      ["T", (m, c) => m.push(latin1(c.slice(c.uint32())))],
      ["U", (m, c) => m.push(latin1(c.slice(c.uint8())))],
      ["X", (m, c) => m.push(c.text(c.uint32()))],
      ["B", (m, c) => m.push(c.slice(c.uint32()))],
      ["C", (m, c) => m.push(c.slice(c.uint8()))],
      ["a", (m) => m.append([m.pop()])],
      ["b", (m) => m.build(m.pop())],
      ["c", (m, c) => m.global(c.line(), c.line())],
      ["d", (m) => m.push(dictOf(m, m.popMark()))],
      ["e", (m) => m.append(m.popMark())],
      ["h", (m, c) => m.get(c.uint8())],
      ["j", (m, c) => m.get(c.uint32())],
      ["l", (m) => m.push(new Sequence("list", m.popMark()))],
      ["o", (m) => instance(m, m.popMark())],
      ["q", (m, c) => void m.memo.set(c.uint8(), m.top())],
      ["r", (m, c) => void m.memo.set(c.uint32(), m.top())],
      ["s", (m) => setOne(m)],
      ["t", (m) => m.push(new Sequence("tuple", m.popMark()))],
      ["u", (m) => m.setItems(m.popMark())],
      ["}", (m) => m.push(new Dict())],
      ["]", (m) => m.push(new Sequence("list", []))],
      [")", (m) => m.push(tuple())],
      [0x80, (_, c) => protocol(c)],
      [0x81, (m) => applied(m)],
      [0x85, (m) => m.push(tuple(m.pop()))],
      [0x86, (m) => m.push(new Sequence("tuple", [m.pop(), m.pop()].reverse()))],
      [0x87, (m) => m.push(new Sequence("tuple", [m.pop(), m.pop(), m.pop()].reverse()))],
      [0x88, (m) => m.push(true)],
      [0x89, (m) => m.push(false)],
      [0x8a, (m, c) => m.push(longInteger(c, c.uint8()))],
      [0x8b, (m, c) => m.push(longInteger(c, c.uint32()))],
      [0x8c, (m, c) => m.push(c.text(c.uint8()))],
      [0x8d, (m, c) => m.push(c.text(c.uint64()))],
      [0x8e, (m, c) => m.push(c.slice(c.uint64()))],
      [0x8f, (m) => m.push(new Sequence("set", []))],
      [0x90, (m) => m.append(m.popMark())],
      [0x91, (m) => m.push(new Sequence("set", m.popMark()))],
      [0x92, (m) => newWithKeywords(m)],
      [0x93, (m) => stackGlobal(m)],
      [0x94, (m) => void m.memo.set(m.memo.size, m.top())],
      [0x95, (_, c) => void c.uint64()],
      [0x96, (m, c) => m.push(c.slice(c.uint64()))],
      // A buffer that may not be written to: nothing here is written to.
      [0x98, () => undefined],
    ] satisfies [string | number, Step][]
  ).map(([code, step]) => [typeof code === "string" ? code.charCodeAt(0) : code, step]),
);

function applied(machine: Machine): void {
  const args = machine.pop();
  machine.reduce(machine.pop(), args);
}

function newWithKeywords(machine: Machine): void {
  const [keywords, args] = [machine.pop(), machine.pop()];
  const made = new Inert(machine.pop(), args);
  if (keywords instanceof Dict) {
    for (const [key, value] of keywords.entries) made.dict.entries.set(key, value);
  }
  machine.push(made);
}

function stackGlobal(machine: Machine): void {
  const name = machine.pop();
  machine.global(machine.pop(), name);
}

function setOne(machine: Machine): void {
  const value = machine.pop();
  machine.setItems([machine.pop(), value]);
}

function instance(machine: Machine, [callable, ...args]: unknown[]): void {
  machine.reduce(callable, new Sequence("tuple", args));
}

function dictOf(machine: Machine, pairs: readonly unknown[]): Dict {
  if (pairs.length % 2 !== 0) throw machine.cursor.damaged("a dict lacks a value");
  const dict = new Dict();
  for (let i = 0; i < pairs.length; i += 2) dict.entries.set(pairs[i], pairs[i + 1]);
  return dict;
}

function protocol(cursor: Cursor): void {
  const version = cursor.uint8();
  if (version > HIGHEST_PROTOCOL) throw cursor.damaged(`it is of protocol ${version}`);
}

function unknownOpcode(cursor: Cursor, code: number): UserError {
  const name =
    code > 0x20 && code < 0x7f ? `“${String.fromCharCode(code)}”` : `0x${code.toString(16)}`;
  return new UserError(
    "pickle/opcode",
    `${cursor.path} is no pickle that is read here: at byte ${cursor.at - 1} it has the opcode ${name}.`,
    {
      where: cursor.path,
      todo: "Save it with pickle's protocol 2 to 5, as torch.save and pickle.dump do by default.",
    },
  );
}
