/**
 * The grid's own error at the size of this network's own aliasing. A network that commutes with shifts by whole cells has
 * the translations for symmetries: what their Lie derivative shows beside is what the grid cannot hold, of this network
 * and of these states, where a pointwise map (gridError.ts) stands for any network. The errors of that map along the other
 * flows are taken in the same proportion.
 */
import { quantile } from "../../../shared/statistics";
import type { StatesContext } from "../context";
import type { SampleNetwork } from "../network";
import { commutesByCells } from "../wholeCells";
import type { LieNumbers } from "./numbers";
import type { Sides } from "./sides";

/** Cells of a shift, tried in turn: what pools or strides commutes with shifts by as much as it halves. */
const CELLS = [1, 2, 4, 8, 16];

/**
 * Scales `numbers.gridError` where that proportion is known and below 1.
 * @returns what a reader should know, null where nothing was done
 */
export async function calibrateGrid(
  { executor, model, grid, input }: StatesContext,
  network: SampleNetwork,
  sides: Sides,
  numbers: LieNumbers,
  step: () => void,
): Promise<string | null> {
  const shifts = sides.generators.flatMap((generator, k) =>
    isTranslation(generator.flow) ? [k] : [],
  );
  if (grid === null || shifts.length === 0) return null;
  const onGrid = network.prediction.shape.slice(2).join() === grid.size.join();
  const n = numbers.outputNorm.length;
  const steps = numbers.error.length / (sides.generators.length * n);
  const ratios = shifts.flatMap((k) =>
    Array.from(
      { length: n },
      (_, i) => numbers.error[(k * n + i) * steps]! / numbers.gridError[k * n + i]!,
    ),
  );
  const known = Float64Array.from(ratios.filter(Number.isFinite)).sort();
  const ratio = known.length === 0 ? 1 : quantile(known, 0.5);
  if (!(ratio < 1)) return null;
  for (const cells of CELLS.filter((count) => 2 * count <= Math.min(...grid.size))) {
    const axes = await commutesByCells(executor, model, network, grid, input, onGrid, step, cells);
    if (axes.length < grid.size.length) continue;
    numbers.gridError.forEach((value, i) => (numbers.gridError[i] = value * ratio));
    const shift = cells === 1 ? "one cell" : `${cells} cells, not by fewer`;
    return `The network commutes with shifts by ${shift}, so what translations show is what the grid cannot hold: the grid’s own error is taken at that size.`;
  }
  return null;
}

/** A flow by one unit along one axis. */
function isTranslation(flow: Sides["generators"][number]["flow"]): boolean {
  const moved = flow?.filter(({ text }) => text !== "0") ?? [];
  return moved.length === 1 && moved[0]!.text === "1";
}
