/** Bytes read one after the other, with every length checked before anything is taken. */
import { UserError } from "../../../shared/errors";

export class Cursor {
  at = 0;
  readonly #view: DataView;

  /** @param path for messages */
  constructor(
    readonly bytes: Uint8Array,
    readonly path: string,
  ) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** @returns where the next `length` bytes begin @throws UserError "pickle/damaged" */
  #take(length: number): number {
    if (length > this.bytes.length - this.at) {
      throw this.damaged(`it claims ${length} bytes where ${this.bytes.length - this.at} are left`);
    }
    const start = this.at;
    this.at += length;
    return start;
  }

  /** The bytes themselves, shared. */
  slice(length: number): Uint8Array {
    const start = this.#take(length);
    return this.bytes.subarray(start, start + length);
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  /** A length; one beyond 2⁵³ is rounded and then larger than any file. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  int64(): number {
    return Number(this.#view.getBigInt64(this.#take(8), true));
  }

  /** Pickle writes floats big-endian. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** Up to the end of the line, without it. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0) throw this.damaged("a line has no end");
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }

  text(length: number): string {
    return new TextDecoder().decode(this.slice(length));
  }

  damaged(why: string): UserError {
    return new UserError(
      "pickle/damaged",
      `${this.path} is no sound pickle: at byte ${this.at}, ${why}.`,
      { where: this.path, todo: "Save or copy it again." },
    );
  }
}
