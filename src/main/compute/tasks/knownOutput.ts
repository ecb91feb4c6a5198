/**
 * A model run on inputs whose output is known, from whatever computed it: the exporter's example beside the model, or a
 * file of one's own.
 */
import { basename, dirname, extname, join } from "node:path";
import { UserError } from "../../../shared/errors";
import type { KnownOutput } from "../../../shared/knownOutput";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import type { ArraySource } from "../../data/arraySource";
import { openArrays } from "../../data/npz";
import { openModel, type Model } from "../../models";
import { deviationsOf } from "../../runtime/deviation";
import { createExecutor } from "../../runtime/executors";
import { feedsOf, inputsFrom } from "./feeds";

/** Enough to see any wrong operator, and seconds for large networks. */
const SAMPLES = 32;

export interface CheckModelInput {
  readonly model: string;
  readonly weights: string | null;
  /** A .npz; null for the exporter's example beside the model. */
  readonly known: string | null;
}

/** @throws UserError "model/no-known" where there is no example beside the model, and what `againstKnown` throws */
export async function checkModel({
  model: path,
  weights,
  known,
}: CheckModelInput): Promise<KnownOutput> {
  const file = known ?? exampleFile(path);
  try {
    return await againstKnown(await openModel(path, { weights }), weights, file, SAMPLES);
  } catch (error) {
    const isMissing = error instanceof UserError && error.code === "file/enoent";
    if (known !== null || !isMissing || error.where === path) throw error;
    throw new UserError("model/no-known", `There is no ${basename(file)} beside ${path}.`, {
      where: file,
      todo: "Name a .npz with the inputs by their names, or x, and what they should give, output.",
    });
  }
}

/** `net.onnx` → `net.example.npz` in the same folder. */
export function exampleFile(path: string): string {
  return join(dirname(path), `${basename(path, extname(path))}.example.npz`);
}

/**
 * @param given the model with these weights, as the file's open axes leave it
 * @param path of a .npz with an array an input, or x, and an array an output, or output
 * @throws UserError "model/no-array", "model/batch", "data/shape", and what reading the file throws
 */
export async function againstKnown(
  given: Model,
  weights: string | null,
  path: string,
  most: number,
): Promise<KnownOutput> {
  const { arrays, close } = await openArrays(path);
  try {
    const inputs = inputsFrom(given, arrays, path);
    const [[first, x] = [undefined, undefined]] = inputs;
    const known = outputsFrom(given, arrays, path);
    if (first === undefined || x === undefined) {
      throw new UserError("model/no-array", `${given.path} takes no input.`, { where: path });
    }
    const there = Math.min(...[x, ...known.values()].map(({ shape: [batch] }) => batch ?? 0));
    // A file whose batch is fixed runs no other.
    const samples = given.info.inputs[0]!.shape[0] ?? Math.min(there, most);
    if (samples === 0 || samples > there) {
      throw new UserError(
        "model/batch",
        there === 0
          ? `${path} holds an empty batch.`
          : `The model takes ${samples} samples at once, but ${path} holds ${there}.`,
        { where: path },
      );
    }
    const model =
      given.info.open === undefined
        ? given
        : await openModel(given.path, { weights, sample: x.shape.slice(1) });
    const leadingOf = new Map<string, Tensor>();
    for (const { name, shape } of given.info.inputs) {
      const array = inputs.get(name)!;
      // A number for the whole batch is taken as it is.
      const batched = shape.length > 0 && (shape[0] === null || shape[0] === samples);
      leadingOf.set(name, await leading(array, batched ? samples : (array.shape[0] ?? null)));
    }
    const found = await evaluated(model, samples, leadingOf, path);
    const outputs: KnownOutput["outputs"] = [];
    for (const [name, array] of known) {
      const expected = await leading(array, samples);
      const got = found.get(name)!;
      const shapes = { shape: [...got.shape], known: [...expected.shape] };
      outputs.push({ name, ...shapes, ...deviationsOf(got, expected) });
    }
    return { file: basename(path), samples, of: there, outputs };
  } finally {
    await close();
  }
}

/** Outputs whose values the file holds: the only one as `output`, several by their names. */
function outputsFrom(
  { info }: Model,
  arrays: ReadonlyMap<string, ArraySource>,
  file: string,
): Map<string, ArraySource> {
  const names = info.outputs.map(({ name }) => name);
  const [first] = names;
  // What is called y may be what was to be learnt, as in the exporter's example.
  const only = arrays.get("output") ?? (first === "y" ? undefined : arrays.get(first ?? ""));
  const known = new Map(
    names.flatMap((name): [string, ArraySource][] => {
      const array = names.length === 1 ? only : arrays.get(name);
      return array === undefined ? [] : [[name, array]];
    }),
  );
  if (known.size > 0) return known;
  throw new UserError("model/no-array", `${file} holds no known output.`, {
    where: file,
    todo: `It has ${[...arrays.keys()].join(", ")}; call what the model should give ${names.length === 1 ? "output" : names.join(", ")}.`,
  });
}

async function evaluated(
  model: Model,
  samples: number,
  inputs: ReadonlyMap<string, Tensor>,
  path: string,
): Promise<ReadonlyMap<string, Tensor>> {
  const graph = model.graph(samples);
  const executor = createExecutor("onnxruntime");
  try {
    const program = await executor.compile(graph, { bind: model.parameters });
    return await program.run(feedsOf(graph, inputs, path));
  } finally {
    await executor.dispose();
  }
}

/** The first samples of an array; null for one without axes. */
async function leading(array: ArraySource, samples: number | null): Promise<Tensor> {
  const shape = samples === null ? [] : [samples, ...array.shape.slice(1)];
  const data = await array.read([{ start: 0, count: sizeOf(shape) }]);
  return { dtype: array.dtype, shape, data };
}
