/**
 * Inner products of the gradients at orbit points, Euclidean and in the Gauss–Newton metric
 * η = JᵀJ/(n·D) with J the Jacobian of the outputs at all n untransformed samples.
 * Gradients and tangents are made in blocks and held as far as the plan allows; what was dropped is made again.
 *
 * With tangents at hand, ⟨a_i, ∇ℓ(x_k)⟩ = ⟨(J a_i)_k, ∂ℓ_k/∂prediction⟩: the gradients at x are needed only until they
 * are pushed, and at most one point's gradients are held.
 */
import { ByteCache } from "../cache";
import type { Tensor } from "../../../shared/tensor";
import { bytesOf, type Columns, type Gradients, type SampleGradients } from "../gradients";
import { addInnerProducts, rowsOf, type Reals } from "../innerProducts";
import type { LongProducts } from "../longProducts";
import type { Tangents } from "../tangents";
import type { Plan } from "./plan";
import { Rounding } from "./rounding";

/** One element's images of the batch. */
export interface OrbitPoint {
  /** Distinct for distinct points. */
  readonly key: string;
  readonly input: Tensor;
  readonly target: Tensor;
}

/** Inner products of the columns of two orbit points. */
export interface GramBlock {
  /** [n, n] row-major, rows the first point's. */
  readonly gram: Float64Array;
  /** One [n, n] for each metric slice; empty without a metric. */
  readonly metric: readonly Float64Array[];
}

interface Block {
  readonly key: string;
  readonly first: number;
  readonly count: number;
}

export interface OrbitGramsOptions {
  readonly gradients: Gradients;
  /** Absent: no metric. */
  readonly tangents: Tangents | null;
  readonly products: LongProducts;
  readonly plan: Plan;
  /** The untransformed samples, at which the metric is taken. Their products must be asked for first. */
  readonly metricPoint: OrbitPoint;
  /** Keep the metric of each of its samples apart, rather than their mean. */
  readonly perMetricSample: boolean;
  /** Called before each run; throws to stop. */
  readonly step: (stage: "gradients" | "tangents", key: string) => void;
  /** Gets what a gradient run yields besides, once or more for each sample of a point. */
  readonly onSamples: (key: string, first: number, result: SampleGradients) => void;
}

/** Gradients and tangents of a batch and its images, made block by block within the plan's memory. */
export class OrbitGrams {
  readonly #options: OrbitGramsOptions;
  readonly #n: number;
  readonly #gradients: ByteCache<Columns>;
  readonly #tangents: ByteCache<Reals>;
  /** ∂ℓ/∂prediction of each metric sample [n, D], filled as its gradient is made. */
  readonly #residuals: Reals[] = [];
  /** What rounding of the prediction does to an element of these, standard deviation. */
  readonly #residualErrors: number[] = [];
  /** Measured where products at the metric's samples are made. */
  readonly rounding = new Rounding();
  /**
   * Columns of points that are done with, for the next ones: left to the garbage collector they were a whole point's
   * more (1 M parameters, 16 samples: 62 MB) by the time it came.
   */
  #spare: Columns[] = [];

  constructor(options: OrbitGramsOptions) {
    this.#options = options;
    this.#n = options.metricPoint.input.shape[0]!;
    this.#gradients = new ByteCache(options.plan.gradientBytes, bytesOf);
    this.#tangents = new ByteCache(options.plan.tangentBytes, (block) => block.byteLength);
  }

  /** Every column of `a` against every column of `b`; one triangle is computed where they are the same. */
  async between(a: OrbitPoint, b: OrbitPoint): Promise<GramBlock> {
    const n = this.#n;
    const slices = this.#options.tangents === null ? 0 : this.#options.perMetricSample ? n : 1;
    const result: GramBlock = {
      gram: new Float64Array(n * n),
      metric: Array.from({ length: slices }, () => new Float64Array(n * n)),
    };
    const same = a.key === b.key;
    const blocks = this.#blocksOf(b);
    for (const [i, rows] of this.#blocksOf(a).entries()) {
      const columns = same ? blocks.slice(0, i + 1) : blocks;
      // Back and forth, so that the blocks used last are those needed next.
      for (const block of i % 2 === 0 ? columns : columns.toReversed()) {
        await this.#addBlock(result, a, rows, b, block, same);
      }
    }
    return result;
  }

  /** Forgets a point that no further product needs. */
  release(point: OrbitPoint): void {
    for (const { key } of this.#blocksOf(point)) {
      this.#drop(key);
      this.#tangents.delete(key);
    }
  }

  #drop(key: string): void {
    const columns = this.#gradients.delete(key);
    if (columns !== undefined) this.#spare.push(columns);
  }

  async #addBlock(
    result: GramBlock,
    a: OrbitPoint,
    rows: Block,
    b: OrbitPoint,
    columns: Block,
    same: boolean,
  ): Promise<void> {
    const n = this.#n;
    const place = (into: Float64Array, values: Float64Array): void => {
      for (let i = 0; i < rows.count; i++) {
        for (let j = 0; j < columns.count; j++) {
          const value = values[i * columns.count + j]!;
          into[(rows.first + i) * n + columns.first + j] = value;
          if (same) into[(columns.first + j) * n + rows.first + i] = value;
        }
      }
    };
    if (result.metric.length === 0) {
      place(result.gram, await this.#inner(a, rows, b, columns));
      return;
    }
    const leftOut = await this.#pushed(a, rows);
    place(
      result.gram,
      b.key === this.#options.metricPoint.key
        ? this.#againstResiduals(leftOut, rows, columns)
        : await this.#inner(a, rows, b, columns),
    );
    const rightOut = rows.key === columns.key ? leftOut : await this.#pushed(b, columns);
    if (same && b.key === this.#options.metricPoint.key) {
      this.#measure(leftOut, rows, rightOut, columns);
    }
    const size = leftOut.length / rows.count;
    const length = size / result.metric.length;
    // η is a mean over samples and outputs; a slice is the mean over one sample's outputs.
    const weight = 1 / length;
    const { products } = this.#options;
    for (const [slice, into] of result.metric.entries()) {
      const sums = new Float64Array(rows.count * columns.count);
      const part = (data: Reals, count: number) => ({
        data,
        count,
        stride: size,
        start: slice * length,
        length,
      });
      await products.add(sums, part(leftOut, rows.count), part(rightOut, columns.count));
      place(
        into,
        sums.map((sum) => sum * weight),
      );
    }
  }

  /** ⟨a_i, b_j⟩ from both gradients. */
  async #inner(a: OrbitPoint, rows: Block, b: OrbitPoint, columns: Block): Promise<Float64Array> {
    const left = await this.#columnsOf(a, rows);
    const right = rows.key === columns.key ? left : await this.#columnsOf(b, columns);
    const gram = new Float64Array(rows.count * columns.count);
    const { products } = this.#options;
    for (const [k, part] of left.parts.entries()) {
      await products.add(gram, rowsOf(part, rows.count), rowsOf(right.parts[k]!, columns.count));
    }
    return gram;
  }

  /** The same for gradients at metric samples, from tangents [rows, n · D]. */
  #againstResiduals(pushed: Reals, rows: Block, columns: Block): Float64Array {
    const gram = new Float64Array(rows.count * columns.count);
    const stride = pushed.length / rows.count;
    const length = stride / this.#n;
    for (let j = 0; j < columns.count; j++) {
      const sample = columns.first + j;
      const out = new Float64Array(rows.count);
      addInnerProducts(
        out,
        { data: pushed, count: rows.count, stride, start: sample * length, length },
        rowsOf(this.#residuals[sample]!, 1),
      );
      out.forEach((value, i) => (gram[i * columns.count + j] = value));
    }
    return gram;
  }

  /** Compares both routes to ⟨∇ℓ(x_i), ∇ℓ(x_k)⟩, by the tangents of either. */
  #measure(pushed: Reals, rows: Block, others: Reals, columns: Block): void {
    const one = this.#againstResiduals(pushed, rows, columns);
    const other = this.#againstResiduals(others, columns, rows);
    const ownRows = this.#againstResiduals(pushed, rows, rows);
    const ownColumns = this.#againstResiduals(others, columns, columns);
    const size = pushed.length / rows.count;
    const length = size / this.#n;
    for (let i = 0; i < rows.count; i++) {
      for (let j = 0; j < columns.count && columns.first + j < rows.first + i; j++) {
        const scale = Math.sqrt(
          ownRows[i * (rows.count + 1)]! * ownColumns[j * (columns.count + 1)]!,
        );
        this.rounding.add(one[i * columns.count + j]!, other[j * rows.count + i]!, scale);
        const sample = columns.first + j;
        const start = i * size + sample * length;
        const tangent = lengthOf(pushed.subarray(start, start + length));
        this.rounding.addCommon(this.#residualErrors[sample]! * tangent, scale);
      }
    }
  }

  #blocksOf(point: OrbitPoint): Block[] {
    const { block } = this.#options.plan;
    return Array.from({ length: Math.ceil(this.#n / block) }, (_, k) => ({
      key: `${point.key} ${k * block}`,
      first: k * block,
      count: Math.min(block, this.#n - k * block),
    }));
  }

  #columnsOf(point: OrbitPoint, block: Block): Promise<Columns> {
    return this.#gradients.get(block.key, async () => {
      const { gradients, step, onSamples } = this.#options;
      const into = this.#spare.find(({ count }) => count === block.count);
      this.#spare = this.#spare.filter((columns) => columns !== into);
      const announce = (): void => {
        step("gradients", point.key);
      };
      const { input, target } = point;
      const result = await gradients.of(input, target, block.first, block.count, announce, into);
      onSamples(point.key, block.first, result);
      if (point.key === this.#options.metricPoint.key) {
        const size = result.residual.length / block.count;
        for (let i = 0; i < block.count; i++) {
          const part = (values: Reals): Reals => values.subarray(i * size, (i + 1) * size);
          const residual = part(result.residual);
          this.#residuals[block.first + i] = residual;
          this.#residualErrors[block.first + i] = residualError(
            residual,
            part(result.compared),
            part(result.goal),
          );
        }
      }
      return result.columns;
    });
  }

  #pushed(point: OrbitPoint, block: Block): Promise<Reals> {
    return this.#tangents.get(block.key, async () => {
      const columns = await this.#columnsOf(point, block);
      const { tangents, metricPoint, step } = this.#options;
      const pushed = await tangents!.push(columns, metricPoint.input, () => {
        step("tangents", point.key);
      });
      if (point.key === metricPoint.key) this.#drop(block.key);
      return pushed;
    });
  }
}

/**
 * Units in the last place by which rounding moves a prediction: what the bundled example's networks, of a few
 * convolutions, show beside float64 (4 to 10).
 */
const UNITS = 6;

/**
 * Standard deviation of an element of ∂ℓ/∂prediction by rounding of the prediction: of a good network both are small
 * differences from the target. Exact for losses that are quadratic in that difference.
 */
function residualError(residual: Reals, prediction: Reals, goal: Reals): number {
  const unit = prediction instanceof Float32Array ? 2 ** -24 : 2 ** -53;
  const difference = lengthOf(Float64Array.from(prediction, (value, k) => value - goal[k]!));
  const relative = (UNITS * unit * lengthOf(prediction)) / difference;
  return (relative * lengthOf(residual)) / Math.sqrt(residual.length);
}

function lengthOf(values: Reals): number {
  let sum = 0;
  for (const value of values) sum += value ** 2;
  return Math.sqrt(sum);
}
