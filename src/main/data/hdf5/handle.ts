/**
 * A file as the library has it open. That takes a third of a megabyte of its memory a file, so of many, as the shards of a
 * folder are, it has only those open that were asked for last; the others are opened again when they are asked for.
 */
import type { Library, Mounted } from "./library";

/** Files that the library has open at once. */
const MOST_OPEN = 64;

/** The last asked for at the end. */
const open = new Set<Handle>();

export class Handle {
  private id = -1n;

  constructor(
    private readonly library: Library,
    private readonly mounted: Mounted,
  ) {}

  /**
   * The library's number of the file, good until another file is asked for its own: never keep it over an await.
   * @throws Error where the library cannot open it
   */
  number(): bigint {
    const { calls } = this.library;
    if (this.id < 0n) this.id = calls.open(this.mounted.path, calls.H5F_ACC_RDONLY, false, -1, -1);
    if (this.id < 0n) throw new Error(`${this.mounted.path} cannot be opened`);
    open.delete(this);
    open.add(this);
    const [oldest] = open;
    if (open.size > MOST_OPEN) oldest?.rest();
    return this.id;
  }

  /** Closes it in the library, until it is asked for again. */
  rest(): void {
    open.delete(this);
    const id = this.id;
    this.id = -1n;
    if (id < 0n || this.library.hasStopped) return;
    try {
      this.library.calls.close_file(id);
    } catch {
      // A damaged file may stop the library even here; whoever read it has been told.
    }
  }
}
