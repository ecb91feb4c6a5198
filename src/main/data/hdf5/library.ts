/**
 * HDF5's own library, compiled to WebAssembly, shut into a file system of its own: it sees the files that were mounted
 * and nothing else, so that links and storage that lead outside of a file end at a wall. Only what it asks for is read.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import type * as h5wasm from "h5wasm";
import type { Attribute, File, ready } from "h5wasm";
import { UserError } from "../../../shared/errors";

/** The library's functions on open files, by their identifiers and paths within. */
type Calls = Awaited<typeof ready>;

/**
 * One instance of the library. Some damaged files stop it inside its own code, and nothing that its memory holds then is
 * to be trusted: it answers no further call, and the next file is opened in another instance.
 */
export interface Library {
  /** Throws UserError "hdf5/stopped" once a call has stopped it. */
  readonly calls: Calls;
  readonly Attribute: typeof Attribute;
  readonly File: typeof File;
  readonly hasStopped: boolean;
  /** Looks whether an error out of `Attribute` or `File` stopped it; errors out of `calls` are looked at by themselves. */
  look(error: unknown): void;
}

/** A file as the library sees it. */
export interface Mounted {
  /** In the library's file system. */
  readonly path: string;
  readonly size: number;
  /** Why the system refused a write, where it did: the library keeps no reasons. */
  readonly refusal?: unknown;
  unmount(): void;
}

/** An open file of Emscripten's file system, as far as it is used here. */
interface Stream {
  position: number;
}

interface Node {
  stream_ops: Record<string, unknown>;
  node_ops: Record<string, unknown>;
  usedBytes: number;
}

interface FileSystem {
  createFile(parent: string, name: string, properties: object, read: boolean, write: boolean): Node;
  unlink(path: string): void;
  analyzePath(path: string): { exists: boolean };
  getStream(fd: number): { stream_ops: Record<string, unknown> } | undefined;
}

let loading: Promise<Library> | undefined;
let instances = 0;

/** Loaded when the first file wants it, and again once it stopped: that takes 0.2 s and 20 MB. */
export function hdf5(): Promise<Library> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Library> {
  const { ready: module, Attribute: attribute, File: file } = await newInstance();
  const calls = await module;
  quiet(fileSystem(calls));
  bound(calls);
  let hasStopped = false;
  const look = (error: unknown): void => {
    // Traps of WebAssembly, and JavaScript's stack or memory at an end while its frames were left behind.
    if (hasStopped || !(error instanceof WebAssembly.RuntimeError || error instanceof RangeError)) return; // prettier-ignore
    hasStopped = true;
    loading = undefined;
    bounded.delete(calls);
  };
  return {
    calls: watchedCalls(calls, look, () => hasStopped),
    Attribute: attribute,
    File: file,
    get hasStopped() {
      return hasStopped;
    },
    look,
  };
}

/** The package makes one instance when it is loaded; under another address it is loaded again. */
async function newInstance(): Promise<typeof h5wasm> {
  const again = instances++;
  if (again === 0) return import("h5wasm");
  const address = `${import.meta.resolve("h5wasm")}?${again}`;
  return (await import(/* @vite-ignore */ address)) as typeof h5wasm;
}

function watchedCalls(
  calls: Calls,
  look: (error: unknown) => void,
  hasStopped: () => boolean,
): Calls {
  return new Proxy(calls, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key);
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown => {
        if (hasStopped()) throw stopped();
        try {
          return Reflect.apply(value, target, given);
        } catch (error) {
          look(error);
          throw error;
        }
      };
    },
  });
}

function stopped(): UserError {
  return new UserError(
    "hdf5/stopped",
    "HDF5’s library was stopped by a damaged file that was open beside this one.",
    { todo: "Open this one again, and leave the damaged one closed." },
  );
}

/** Bytes that the library may take: a chunk and what it unpacks to, twice over. */
const MOST_MEMORY = 3 << 27;

/** Whose memory is held to that. */
const bounded = new Set<Calls>();
let isGrowthBound = false;

/**
 * A chunk whose deflated bytes unpack to gigabytes would be given them: the library trusts the stream, not the size that
 * the file states. Its memory grows through this method alone; refused here, the library's own allocation fails.
 */
function bound(calls: Calls): void {
  bounded.add(calls);
  if (isGrowthBound) return;
  isGrowthBound = true;
  const memory = WebAssembly.Memory.prototype;
  const grow = memory.grow;
  memory.grow = function (this: WebAssembly.Memory, pages: number): number {
    const isTheirs = [...bounded].some((each) => each.HEAPU8.buffer === this.buffer);
    if (isTheirs && this.buffer.byteLength + pages * 65536 > MOST_MEMORY) {
      throw new RangeError("HDF5: out of memory");
    }
    return grow.call(this, pages);
  };
}

/** The library prints the stack of every error it returns; what of it matters is said by whoever called. */
function quiet(system: FileSystem): void {
  const stream = system.getStream(2);
  if (stream === undefined) return;
  stream.stream_ops = {
    ...stream.stream_ops,
    write: (_: unknown, __: unknown, ___: number, length: number) => length,
  };
}

function fileSystem(calls: Calls): FileSystem {
  return calls.FS as unknown as FileSystem;
}

let count = 0;

/**
 * Makes one file of this machine readable to the library.
 * @throws errors of node:fs; UserError "file/changed" by reading where the file became shorter
 */
export function mount({ calls }: Library, path: string): Mounted {
  const fd = openSync(path, "r");
  const { size } = fstatSync(fd);
  const system = fileSystem(calls);
  const name = `data-${count++}`;
  const node = system.createFile("/", name, {}, true, false);
  Object.defineProperty(node, "usedBytes", { get: () => size });
  node.stream_ops = {
    ...node.stream_ops,
    read(_: Stream, buffer: Uint8Array, offset: number, length: number, position: number): number {
      const wanted = Math.max(0, Math.min(length, size - position));
      if (wanted === 0) return 0;
      const got = readSync(fd, buffer, offset, wanted, position);
      if (got < wanted && fstatSync(fd).size < size) {
        throw new UserError("file/changed", `${path} became shorter while it was read.`, {
          where: path,
          todo: "Wait until it is written, then open it again.",
        });
      }
      return got;
    },
    llseek(stream: Stream, offset: number | bigint, whence: number): number {
      const from = whence === 1 ? stream.position : whence === 2 ? size : 0;
      return from + Number(offset);
    },
  };
  return {
    path: `/${name}`,
    size,
    unmount() {
      system.unlink(`/${name}`);
      closeSync(fd);
    },
  };
}

/** Lets the library write into an open, empty file of this machine. Closing that is the caller's. */
export function mountNew({ calls }: Library, fd: number): Mounted {
  const system = fileSystem(calls);
  const path = `/data-${count++}`;
  const node = system.createFile("/", path.slice(1), {}, true, true);
  const size = (): number => fstatSync(fd).size;
  let refusal: unknown;
  /** Errors of Node mean nothing to the library: it is told that nothing was written, and stops. */
  const attempt = (write: () => number): number => {
    if (refusal !== undefined) return -1;
    try {
      return write();
    } catch (error) {
      refusal = error;
      return -1;
    }
  };
  Object.defineProperty(node, "usedBytes", { get: size, set: () => undefined });
  node.node_ops = {
    ...node.node_ops,
    setattr(_: Node, { size: wanted }: { size?: number }) {
      if (wanted !== undefined) attempt(() => (ftruncateSync(fd, wanted), 0));
    },
  };
  node.stream_ops = {
    ...node.stream_ops,
    read(_: Stream, buffer: Uint8Array, offset: number, length: number, position: number): number {
      return readSync(fd, buffer, offset, length, position);
    },
    write(_: Stream, buffer: Uint8Array, offset: number, length: number, position: number): number {
      return attempt(() => {
        let done = 0;
        while (done < length) {
          done += writeSync(fd, buffer, offset + done, length - done, position + done);
        }
        return done;
      });
    },
    llseek(stream: Stream, offset: number | bigint, whence: number): number {
      const from = whence === 1 ? stream.position : whence === 2 ? size() : 0;
      return from + Number(offset);
    },
  };
  return {
    path,
    get size() {
      return size();
    },
    get refusal() {
      return refusal;
    },
    unmount() {
      if (system.analyzePath(path).exists) system.unlink(path);
    },
  };
}
