/** A Fourier neural operator's checkpoint as an .onnx file that takes any batch on one grid. */
import { basename } from "node:path";
import { UserError } from "../../../shared/errors";
import { isFloat, type Tensor } from "../../../shared/tensor";
import { encodeModel } from "../../graph/onnx/encode";
import { openCheckpoint } from "../checkpoint";
import { unwrapped } from "../names";
import { withPrefix, type WeightSet } from "../weightSets";
import { classicFno, isClassicFno, type ClassicFno, type GridOfFno } from "./classic";

export interface BuiltFno extends Pick<ClassicFno, "inputChannels" | "outputChannels"> {
  readonly bytes: Uint8Array;
  readonly parameters: number;
}

export interface StoredOperator {
  /** A grid that its modes fit on, where nothing says which. */
  readonly points: readonly number[];
  /** @throws UserError "fno/…" where shapes contradict each other or the grid */
  build(grid: GridOfFno): BuiltFno;
}

/** Points of an axis to look at an operator with. */
const PROVISIONAL = 64;

/** Centres of the cells of [0, 1], as PDEBench's data have them. */
export function unitCentres(points: readonly number[]): [number, number][] {
  return points.map((count) => [0.5 / count, 1 - 0.5 / count]);
}

/**
 * @throws UserError "fno/unknown" where the checkpoint is of another network, "weights/choose", and what opening it throws
 */
export async function openOperator(path: string): Promise<StoredOperator> {
  const checkpoint = await openCheckpoint(path);
  try {
    const sets = checkpoint.sets.flatMap((set) => operatorIn(set) ?? []);
    const [set, another] = sets;
    if (set === undefined) throw unknown(path);
    if (another !== undefined) {
      throw new UserError(
        "weights/choose",
        `${path} holds several operators: ${sets.map(({ key }) => key).join(", ")}.`,
        { where: path, todo: `Choose one, like ${basename(path)}::${set.key}.` },
      );
    }
    const bind = new Map<string, Tensor>();
    for (const [name, tensor] of set.tensors) {
      if (!isFloat(tensor.dtype)) continue;
      const { shape, data } = await tensor.read();
      bind.set(name, { dtype: "float32", shape, data: Float32Array.from(data as Float64Array) });
    }
    const modes = bind.get("conv0.weights1")!.shape.slice(2, -1);
    const least = Math.max(PROVISIONAL, 2 * Math.max(0, ...modes));
    return { points: modes.map(() => least), build: (grid) => built(bind, grid) };
  } finally {
    await checkpoint.close();
  }
}

function built(bind: ReadonlyMap<string, Tensor>, grid: GridOfFno): BuiltFno {
  const fno = classicFno(new Map([...bind].map(([name, { shape }]) => [name, shape])), grid);
  const metadata = {
    noetherscope: 1,
    parameters: [...bind.keys()],
    axes: grid.points.length === 1 ? "b,c,x" : "b,c,y,x",
  };
  const options = {
    name: "fno",
    bind,
    metadata: new Map([["noetherscope", JSON.stringify(metadata)]]),
    batch: "batch",
  };
  const [two, three] = [2, 3].map((batch) => encodeModel(fno.graph(batch), options));
  if (Buffer.compare(two!, three!) !== 0) throw new Error("the operator depends on the batch");
  const { inputChannels, outputChannels } = fno;
  const parameters = [...bind.values()].reduce((sum, { data }) => sum + data.length, 0);
  return { bytes: two!, inputChannels, outputChannels, parameters };
}

/** The part of a set that is an operator: under a wrapper's prefix, or all of it. */
function operatorIn(set: WeightSet): WeightSet | undefined {
  for (const name of set.tensors.keys()) {
    const plain = unwrapped(name);
    if (!plain.endsWith("fc0.weight")) continue;
    const found = withPrefix(set, plain.slice(0, -"fc0.weight".length));
    if (found !== undefined && isClassicFno(found.tensors.keys()))
      return { ...found, key: set.key };
  }
  return undefined;
}

function unknown(path: string): UserError {
  return new UserError(
    "fno/unknown",
    `${path} is no Fourier neural operator with the layers fc0, conv0, w0, … fc1, fc2 of Li's and PDEBench's code.`,
    {
      where: path,
      todo: "Export the network itself with noetherscope_export.py, which writes its transforms with real numbers.",
    },
  );
}
