/**
 * Inner products of long rows on the executor's CPU: of many rows onnxruntime's products of float64 matrices take a third
 * to a seventh of the time of our loops, with the same sums to 1e-14. Pieces keep what is held in float64 small.
 */
import { Builder } from "../graph/builder";
import { gram } from "../graph/gram";
import type { Executor, Program } from "../runtime/executor";
import type { Tensor } from "../../shared/tensor";
import { addInnerProducts, areSame, type Rows } from "./innerProducts";

/** Columns of a piece: 48 rows and their copies in float64 stay in a second-level cache. */
const PIECE = 4096;

/** Fewer rows than these are as fast in loops. */
const FEWEST_ROWS = 8;

export class LongProducts {
  readonly #executor: Executor;
  readonly #programs = new Map<string, Promise<Program>>();

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** As `addInnerProducts`. */
  async add(out: Float64Array, a: Rows, b: Rows): Promise<void> {
    const pieces = this.#fits(a, b) ? Math.floor(a.length / PIECE) : 0;
    if (pieces > 0) {
      const same = areSame(a, b);
      const sides: [string, Rows, Tensor][] = [["a", a, scratch(a.count)]];
      if (!same) sides.push(["b", b, scratch(b.count)]);
      const program = await this.#programFor(a.count, same ? 0 : b.count);
      const feeds = new Map(sides.map(([name, , piece]) => [name, piece]));
      for (let from = 0; from < pieces * PIECE; from += PIECE) {
        for (const [, rows, piece] of sides) copyPiece(piece, rows, from);
        const sums = (await program.run(feeds)).get("sums")!.data as Float64Array;
        for (let k = 0; k < out.length; k++) out[k]! += sums[k]!;
      }
    }
    const done = pieces * PIECE;
    const rest = (rows: Rows): Rows => ({
      ...rows,
      start: rows.start + done,
      length: rows.length - done,
    });
    addInnerProducts(out, rest(a), rest(b));
  }

  async dispose(): Promise<void> {
    for (const program of this.#programs.values()) await (await program).dispose();
    this.#programs.clear();
  }

  #fits(a: Rows, b: Rows): boolean {
    return (
      this.#executor.id === "onnxruntime" &&
      Math.min(a.count, b.count) >= FEWEST_ROWS &&
      a.data instanceof Float32Array &&
      b.data instanceof Float32Array
    );
  }

  /** @param others rows of the other side; 0 for products of rows with themselves */
  #programFor(rows: number, others: number): Promise<Program> {
    const key = `${rows} ${others}`;
    const made = this.#programs.get(key) ?? this.#compile(rows, others);
    this.#programs.set(key, made);
    return made;
  }

  #compile(rows: number, others: number): Promise<Program> {
    const g = new Builder();
    const a = g.input("a", { dtype: "float32", shape: [rows, PIECE] });
    const b = others === 0 ? a : g.input("b", { dtype: "float32", shape: [others, PIECE] });
    const graph = {
      inputs: others === 0 ? [a] : [a, b],
      outputs: [{ name: "sums", value: gram(g, [a], [b]) }],
    };
    return this.#executor.compile(graph, { onCpu: true });
  }
}

function scratch(rows: number): Tensor {
  return { dtype: "float32", shape: [rows, PIECE], data: new Float32Array(rows * PIECE) };
}

function copyPiece({ shape, data }: Tensor, rows: Rows, from: number): void {
  for (let i = 0; i < shape[0]!; i++) {
    const start = rows.start + i * rows.stride + from;
    (data as Float32Array).set(rows.data.subarray(start, start + PIECE) as Float32Array, i * PIECE);
  }
}
