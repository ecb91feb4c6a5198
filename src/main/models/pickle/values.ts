/** What a pickle is made of here: plain values, and inert records of whatever would have been a Python object. */

/** A name that a pickle asks Python to import. It is never looked up. */
export class Global {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  get path(): string {
    return `${this.module}.${this.name}`;
  }
}

export class Sequence {
  constructor(
    readonly kind: "list" | "tuple" | "set",
    readonly items: unknown[],
  ) {}
}

export class Dict {
  readonly entries = new Map<unknown, unknown>();
  /** @param takesState whether attributes that are set on it are entries of it, as argparse's Namespace has them */
  constructor(readonly takesState = false) {}
}

/** An object of a class that is not known here: what it would have been made from, and nothing that it would do. */
export class Inert {
  /** Attributes, as the pickle sets them. */
  state: unknown = null;
  /** Entries and items, where the class is a kind of dict or list. */
  readonly dict = new Dict();
  readonly items: unknown[] = [];

  constructor(
    readonly of: unknown,
    readonly args: unknown,
  ) {}

  /** "package.Class", or what it is otherwise. */
  get className(): string {
    return this.of instanceof Global ? this.of.path : "an unnamed object";
  }
}

/** Items of a tuple or list; undefined for anything else. */
export function itemsOf(value: unknown): readonly unknown[] | undefined {
  return value instanceof Sequence ? value.items : undefined;
}

/** A whole number from 0 that a double holds exactly; undefined for anything else. */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === "bigint" ? Number(value) : value;
  return typeof number === "number" && Number.isSafeInteger(number) && number >= 0
    ? number
    : undefined;
}
