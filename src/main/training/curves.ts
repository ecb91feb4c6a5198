/** The curves of one seed: a row an epoch, and thinned steps. They lie in curves.npz, which NumPy reads. */
import { UserError } from "../../shared/errors";
import { toFloat64, type Tensor } from "../../shared/tensor";
import type { CurveName } from "../../shared/training/training";
import { readNpz, writeNpz } from "../data/npz";

export interface EpochRow {
  readonly epoch: number;
  readonly epoch_step: number;
  /** NaN before the first epoch. */
  readonly train_loss: number;
  /** NaN without validation. */
  readonly validation_loss: number;
  readonly relative_error: number;
  readonly epoch_gradient_norm: number;
  readonly samples_per_second: number;
  readonly seconds: number;
}

export interface StepRow {
  readonly step: number;
  readonly step_loss: number;
  readonly step_gradient_norm: number;
  readonly step_rate: number;
}

/** More points than this no screen shows. */
const MOST_STEPS = 2000;

const epochColumns = [
  "epoch",
  "epoch_step",
  "train_loss",
  "validation_loss",
  "relative_error",
  "epoch_gradient_norm",
  "samples_per_second",
  "seconds",
] as const satisfies readonly (CurveName & keyof EpochRow)[];
const stepColumns = [
  "step",
  "step_loss",
  "step_gradient_norm",
  "step_rate",
] as const satisfies readonly (CurveName & keyof StepRow)[];

export class Curves {
  epochs: EpochRow[] = [];
  steps: StepRow[] = [];
  readonly #every: number;

  /** @param totalSteps of the whole training: which of them are kept follows from it */
  constructor(totalSteps: number) {
    this.#every = Math.max(1, Math.ceil(totalSteps / MOST_STEPS));
  }

  /**
   * As far as a step: what came after it will come again.
   * @throws UserError of the file
   */
  static async read(path: string, totalSteps: number, step: number): Promise<Curves> {
    const arrays = new Map(Object.entries(await readCurves(path)));
    const curves = new Curves(totalSteps);
    curves.epochs = rowsOf(arrays, epochColumns).filter((row) => row.epoch_step <= step);
    curves.steps = rowsOf(arrays, stepColumns).filter((row) => row.step <= step);
    return curves;
  }

  noteStep(row: StepRow): void {
    if (row.step === 1 || row.step % this.#every === 0) this.steps.push(row);
  }

  noteEpoch(row: EpochRow): void {
    this.epochs.push(row);
  }

  /** The epoch of the lowest validation loss; undefined without validation. */
  get best(): EpochRow | undefined {
    const judged = this.epochs.filter((row) => Number.isFinite(row.validation_loss));
    return judged.reduce<EpochRow | undefined>(
      (best, row) =>
        best === undefined || row.validation_loss < best.validation_loss ? row : best,
      undefined,
    );
  }

  async write(path: string): Promise<void> {
    await writeNpz(path, {
      ...columnsOf(this.epochs, epochColumns),
      ...columnsOf(this.steps, stepColumns),
    });
  }
}

/**
 * The arrays of a seed's curves by name; empty before the first was written.
 * @throws UserError of the file
 */
export async function readCurves(path: string): Promise<Record<string, Tensor>> {
  try {
    return Object.fromEntries(await readNpz(path));
  } catch (error) {
    if (error instanceof UserError && error.code === "file/enoent") return {};
    throw error;
  }
}

function columnsOf<K extends string>(
  rows: readonly Readonly<Record<K, number>>[],
  names: readonly K[],
): Record<K, Tensor> {
  return Object.fromEntries(
    names.map((name) => [
      name,
      {
        dtype: "float64",
        shape: [rows.length],
        data: Float64Array.from(rows, (row) => row[name]),
      },
    ]),
  ) as unknown as Record<K, Tensor>;
}

function rowsOf<K extends string>(
  arrays: ReadonlyMap<string, Tensor>,
  names: readonly K[],
): Record<K, number>[] {
  const columns = names.map((name) => toFloat64(arrays.get(name) ?? { data: new Float64Array() }));
  return Array.from(columns[0]!, (_, row) =>
    Object.fromEntries(names.map((name, k) => [name, columns[k]![row] ?? NaN])),
  ) as Record<K, number>[];
}
