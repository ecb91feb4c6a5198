/** A Fourier neural operator's checkpoint as an .onnx file that takes any batch on one grid. */
import { basename } from "node:path";
import { UserError } from "../../../shared/errors";
import { isFloat, type Tensor } from "../../../shared/tensor";
import { encodeModel } from "../../graph/onnx/encode";
import type { Graph } from "../../graph/ir";
import { openCheckpoint, readObject } from "../checkpoint";
import { unwrapped } from "../names";
import { withPrefix, type WeightSet } from "../weightSets";
import { classicFno, isClassicFno } from "./classic";
import { argumentsIn, type Arguments } from "./neuralop/arguments";
import { isNeuralOperator, layoutOf } from "./neuralop/layout";
import { neuralOperator } from "./neuralop/network";
import { settingsOf } from "./neuralop/settings";

/** Axes in the program's order, [z, y, x]. */
export interface GridOfOperator {
  readonly points: readonly number[];
  /** First and last coordinate of each axis; null for those that the operator's code has. */
  readonly ends: readonly (readonly [number, number])[] | null;
  /** Of the states, where they are known: what is more than them are coordinates. */
  readonly channels?: number;
}

export interface BuiltFno {
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly bytes: Uint8Array;
  readonly parameters: number;
  /** What the file left open and was taken for granted, each a sentence. */
  readonly remarks: readonly string[];
}

export interface StoredOperator {
  /** A grid that its modes fit on, where nothing says which. */
  readonly points: readonly number[];
  /** @throws UserError "fno/…" where shapes contradict each other or the grid, or the file leaves open what matters */
  build(grid: GridOfOperator): BuiltFno;
}

/** What nothing in the weights says of the axes. */
const xFirst = (dimension: number): string => {
  const axes = ["z", "y", "x"].slice(3 - dimension);
  const turned = [...axes].reverse().join();
  return `The operator’s own first axis is taken as x, as PDEBench’s and Li’s files store it: fields [${axes.join(", ")}] are turned for it and back. Where it was trained on arrays that are no such files, name their axes so too (b,c,${turned}).`;
};
const ROWS_AS_STORED =
  "The operator’s axes are taken as those of images, rows y and columns x (z first in volumes), as its training had them stored; nothing in the weights says so.";

/** Points of an axis to look at an operator with. */
const PROVISIONAL = 64;

/**
 * @param stated arguments of neuralop's FNO(…), over those that the file keeps
 * @throws UserError "fno/unknown" where the checkpoint is of another network, "weights/choose", and what opening it throws
 */
export async function openOperator(path: string, stated?: Arguments): Promise<StoredOperator> {
  const checkpoint = await openCheckpoint(path);
  try {
    const found = checkpoint.sets.flatMap((set) => operatorIn(set) ?? []);
    const [operator, another] = found;
    if (operator === undefined) throw unknown(path);
    if (another !== undefined) {
      const keys = found.map(({ set }) => set.key);
      throw new UserError(
        "weights/choose",
        `${path} holds several operators: ${keys.join(", ")}.`,
        {
          where: path,
          todo: `Choose one, like ${basename(path)}::${operator.set.key}.`,
        },
      );
    }
    const bind = new Map<string, Tensor>();
    for (const [name, tensor] of operator.set.tensors) {
      if (!isFloat(tensor.dtype)) continue;
      const { shape, data } = await tensor.read();
      bind.set(name, { dtype: "float32", shape, data: Float32Array.from(data as Float64Array) });
    }
    if (operator.kind === "classic") {
      if (stated === undefined) return classicOperator(bind);
      throw new UserError("fno/argument", `${path} is no operator of neuralop.`, {
        where: path,
        todo: "Leave out --init.",
      });
    }
    const kept =
      argumentsIn(operator.set.beside?.get("_metadata")) ?? (await argumentsBeside(path));
    return neuralOperatorOf(bind, new Map([...(kept ?? []), ...(stated ?? [])]));
  } finally {
    await checkpoint.close();
  }
}

function classicOperator(bind: ReadonlyMap<string, Tensor>): StoredOperator {
  const modes = bind.get("conv0.weights1")!.shape.slice(2, -1);
  return {
    points: modes.map((most) => Math.max(PROVISIONAL, 2 * most)).reverse(),
    build({ points, ends }) {
      const fno = classicFno(shapesOf(bind), { points, ends });
      const remarks =
        ends === null
          ? [
              "The operator is given the coordinates of its points; centres of the cells of [0, 1] are taken.",
            ]
          : [];
      if (fno.dimension > 1) remarks.push(xFirst(fno.dimension));
      // The normalisations that FNO3d has are not in its forward pass.
      const idle = [...bind.keys()].filter((name) => IDLE.test(name));
      const used = new Map([...bind].filter(([name]) => !IDLE.test(name)));
      return written(used, { ...fno, buffers: idle, remarks, axes: axesOf(points.length) });
    },
  };
}

const IDLE = /^bn\d+\./;

function neuralOperatorOf(bind: ReadonlyMap<string, Tensor>, given: Arguments): StoredOperator {
  const modes = given.get("n_modes");
  const layout = layoutOf(shapesOf(bind), Array.isArray(modes) ? modes.length : undefined);
  const { dimension, liftedChannels, old } = layout;
  const settings = settingsOf(given, dimension);
  return {
    points: Array.from({ length: dimension }, () => PROVISIONAL),
    build({ points, ends, channels }) {
      if (points.length !== dimension) {
        throw new UserError(
          "fno/grid",
          `The operator has ${dimension} axes, the grid ${points.join("x")} has ${points.length}.`,
          { where: "grid", todo: "Give a number of points for each of its axes." },
        );
      }
      const untold = settings.embedding === undefined;
      // Before 1.0 coordinates came with the data.
      const fits = channels === undefined || channels === liftedChannels - dimension;
      const embedded = untold
        ? channels === undefined
          ? !old
          : fits
        : settings.embedding !== null;
      const embedding =
        ends === null
          ? settings.embedding
          : // The library's last point stops a step short of the end.
            ends.map(([from, to], axis) => {
              const count = points[axis]!;
              return [from, to + (to - from) / Math.max(1, count - 1)] as const;
            });
      const built = neuralOperator(layout, { ...settings, embedding }, points, embedded);
      const remarks = [
        ...settings.remarks,
        ...(embedded && ends === null
          ? [
              `The operator is given the coordinates of its points, ${untold ? "as neuralop appends them unless told otherwise: " : ""}from ${(settings.embedding ?? [[0, 1]]).map(([from]) => from).join(" and ")} on, the end of each axis left out.`,
            ]
          : []),
        ...(dimension === 1 ? [] : [ROWS_AS_STORED]),
      ];
      // A plane's axes are an assumption, which data that were turned make doubtful: it is not stated as a fact.
      const axes = dimension === 2 ? undefined : axesOf(dimension);
      return written(bind, { ...built, remarks, axes });
    },
  };
}

function shapesOf(bind: ReadonlyMap<string, Tensor>): Map<string, readonly number[]> {
  return new Map([...bind].map(([name, { shape }]) => [name, shape]));
}

interface Fno {
  readonly inputChannels: number;
  readonly outputChannels: number;
  readonly buffers: readonly string[];
  readonly remarks: readonly string[];
  /** Of the states, as far as they are known. */
  readonly axes: string | undefined;
  graph(batch: number): Graph;
}

function axesOf(dimension: number): string {
  return ["b,c", ...["z", "y", "x"].slice(3 - dimension)].join();
}

function written(
  bind: ReadonlyMap<string, Tensor>,
  { inputChannels, outputChannels, buffers, remarks, axes, graph }: Fno,
): BuiltFno {
  const trained = [...bind].filter(([name]) => !buffers.includes(name));
  const metadata = {
    noetherscope: 1,
    parameters: trained.map(([name]) => name),
    buffers,
    axes,
  };
  const options = {
    name: "fno",
    bind,
    metadata: new Map([["noetherscope", JSON.stringify(metadata)]]),
    batch: "batch",
  };
  const [two, three] = [2, 3].map((batch) => encodeModel(graph(batch), options));
  if (Buffer.compare(two!, three!) !== 0) throw new Error("the operator depends on the batch");
  const parameters = trained.reduce((sum, [, { data }]) => sum + data.length, 0);
  return { bytes: two!, inputChannels, outputChannels, parameters, remarks };
}

interface Found {
  readonly kind: "classic" | "neuralop";
  readonly set: WeightSet;
}

const beginnings = [
  { kind: "classic", name: "fc0.weight", is: isClassicFno },
  { kind: "neuralop", name: "projection.fcs.0.weight", is: isNeuralOperator },
  { kind: "neuralop", name: "projection.fr.fcs.0.weight", is: isNeuralOperator },
] as const;

/** The part of a set that is an operator: under a wrapper's prefix, or all of it. */
function operatorIn(set: WeightSet): Found | undefined {
  for (const name of set.tensors.keys()) {
    const plain = unwrapped(name);
    for (const { kind, name: ending, is } of beginnings) {
      if (!plain.endsWith(ending)) continue;
      const found = withPrefix(set, plain.slice(0, -ending.length));
      if (found !== undefined && is(found.tensors.keys())) {
        return { kind, set: { ...found, key: set.key } };
      }
    }
  }
  return undefined;
}

/** What neuralop's save_checkpoint writes beside NAME_state_dict.pt. */
async function argumentsBeside(path: string): Promise<Arguments | undefined> {
  const name = /^(.*)_state_dict\.pt(?:::.*)?$/s.exec(path)?.[1];
  const kept = name === undefined ? undefined : await readObject(`${name}_metadata.pkl`);
  return argumentsIn(kept);
}

function unknown(path: string): UserError {
  return new UserError(
    "fno/unknown",
    `${path} is no Fourier neural operator with the layers of Li's and PDEBench's code (fc0, conv0, w0, … fc2) or of neuralop (lifting, fno_blocks, projection).`,
    {
      where: path,
      todo: "Export the network itself with noetherscope_export.py, which writes its transforms with real numbers.",
    },
  );
}
