/**
 * A new HDF5 file, written by HDF5's own library through a file system of its own onto the disk: what is written is not
 * held, so the file may be larger than memory. Complete or not there: it takes its name when it is whole.
 */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { File } from "h5wasm";
import { fileError } from "../../../shared/fileErrors";
import { hdf5, mountNew, type Mounted } from "./library";

export type Numbers = Float32Array | Float64Array;
/** A bigint is written as an integer, a number as a float64. */
export type WrittenAttribute =
  string | number | bigint | boolean | readonly string[] | readonly boolean[];

/** Bytes of a chunk at most; what is read of a state comes in whole chunks. */
const MOST_CHUNK = 1 << 22;

export class Hdf5Writer {
  readonly #destination: string;
  readonly #temporary: string;
  readonly #fd: number;
  readonly #mounted: Mounted;
  readonly #file: File;
  #open = true;

  private constructor(
    destination: string,
    temporary: string,
    fd: number,
    mounted: Mounted,
    file: File,
  ) {
    this.#destination = destination;
    this.#temporary = temporary;
    this.#fd = fd;
    this.#mounted = mounted;
    this.#file = file;
  }

  /** @throws UserError "file/…" where the folder cannot be written to */
  static async open(destination: string): Promise<Hdf5Writer> {
    const library = await hdf5();
    const hidden = `.${basename(destination)}.${randomBytes(6).toString("hex")}.tmp`;
    const temporary = join(dirname(destination), hidden);
    let fd: number;
    try {
      fd = openSync(temporary, "wx+");
    } catch (error) {
      throw fileError(error, destination, "write");
    }
    const mounted = mountNew(library, fd);
    return new Hdf5Writer(destination, temporary, fd, mounted, new library.File(mounted.path, "w"));
  }

  group(path: string): void {
    this.#file.create_group(path);
  }

  /** Of a group or an array; "/" is the file itself. Truth values are written as 0 and 1. */
  attribute(path: string, name: string, value: WrittenAttribute): void {
    const object = path === "/" ? this.#file : this.#file.get(path);
    if (object === null || !("create_attribute" in object)) throw new Error(`no ${path}`);
    const list = Array.isArray(value) ? (value as readonly (string | boolean)[]) : undefined;
    if (typeof value === "string") object.create_attribute(name, value);
    else if (typeof value === "number") object.create_attribute(name, [value], [], "<d");
    // Its types do not know that the library takes integers of 64 bits as they are.
    else if (typeof value === "bigint") object.create_attribute(name, [value] as never, [], "<q");
    else if (typeof value === "boolean") object.create_attribute(name, [Number(value)], [], "<b");
    else if (list!.length > 0 && typeof list![0] === "string")
      object.create_attribute(name, [...list!] as string[]); // prettier-ignore
    else object.create_attribute(name, list!.map(Number), [list!.length], "<b");
  }

  array(path: string, values: Numbers, shape: readonly number[]): void {
    this.#file.create_dataset({
      name: path,
      data: values,
      shape: [...shape],
      dtype: typeOf(values),
    });
  }

  /** Truth values along an axis, written as bytes 0 and 1: the library makes no arrays of enumerations. */
  truths(path: string, values: readonly boolean[]): void {
    const data = Int8Array.from(values, Number);
    this.#file.create_dataset({ name: path, data, shape: [values.length], dtype: "<b" });
  }

  /** An array that is filled by `write`. @param inner axes at the end that are read together */
  empty(path: string, like: Numbers, shape: readonly number[], inner: number): void {
    const chunks = chunksOf(shape, inner, like.BYTES_PER_ELEMENT);
    const none = shape.map(() => 0);
    const options = { shape: none, maxshape: [...shape], chunks, dtype: typeOf(like) };
    const dataset = this.#file.create_dataset({
      name: path,
      data: like.subarray(0, 0),
      ...options,
    });
    dataset.resize([...shape]);
  }

  /** @throws UserError "file/…" where the disk is full */
  write(path: string, start: readonly number[], count: readonly number[], values: Numbers): void {
    const dataset = this.#file.get(path);
    if (dataset === null || !("write_slice" in dataset)) throw new Error(`no array ${path}`);
    dataset.write_slice(
      start.map((from, axis): [number, number] => [from, from + count[axis]!]),
      values,
    );
    this.#refused();
  }

  /** Flushes it to the disk and gives it its name. @throws UserError "file/…" */
  async finish(): Promise<void> {
    try {
      this.#close();
      this.#refused();
      fsyncSync(this.#fd);
      await rename(this.#temporary, this.#destination);
    } catch (error) {
      throw fileError(error, this.#destination, "write");
    } finally {
      await this.discard();
    }
  }

  /** Leaves nothing behind of a file that was not finished. */
  async discard(): Promise<void> {
    if (this.#open) this.#close();
    this.#mounted.unmount();
    try {
      closeSync(this.#fd);
    } catch {
      // Closed before.
    }
    await rm(this.#temporary, { force: true });
  }

  #close(): void {
    this.#open = false;
    this.#file.close();
  }

  /** The library does not say why a write failed; the disk did. */
  #refused(): void {
    if (this.#mounted.refusal !== undefined) {
      throw fileError(this.#mounted.refusal, this.#destination, "write");
    }
  }
}

function typeOf(values: Numbers): "<f" | "<d" {
  return values instanceof Float32Array ? "<f" : "<d";
}

/** One of each outer axis, and of the inner ones as much as a chunk may hold. */
function chunksOf(shape: readonly number[], inner: number, bytes: number): number[] {
  const chunks = shape.map((n, axis) => (axis < shape.length - inner ? 1 : n));
  const size = (): number => chunks.reduce((product, n) => product * n, bytes);
  while (size() > MOST_CHUNK) {
    const largest = chunks.indexOf(Math.max(...chunks));
    chunks[largest] = Math.ceil(chunks[largest]! / 2);
  }
  return chunks;
}
