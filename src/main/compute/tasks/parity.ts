/**
 * A model against what PyTorch computed when it was exported: the exporter writes an example batch and its output
 * beside the model. PyTorch 1.13, for one, writes circular padding wrongly, and such a file looks sound.
 */
import { basename, dirname, extname, join } from "node:path";
import { UserError } from "../../../shared/errors";
import { agrees, parityInWords, type Parity } from "../../../shared/parity";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import type { ArraySource } from "../../data/arraySource";
import { openArrays } from "../../data/npz";
import { openModel, type Model } from "../../models";
import { relativeDeviation } from "../../runtime/deviation";
import { createExecutor } from "../../runtime/executors";
import { feedsOf } from "./feeds";

/** Enough to see a wrong operator, quick for any network. */
const SAMPLES = 4;

export interface ParityCheck {
  /** null where there is no example batch beside the model. */
  readonly parity: Parity | null;
  /** What a user must know: that the file is wrong, or that it could not be compared. */
  readonly warnings: readonly string[];
}

/** @param model with the parameters of its file, for the example knows no others */
export async function checkParity(model: Model): Promise<ParityCheck> {
  const file = exampleFile(model.path);
  try {
    const parity = await compare(model, file);
    return { parity, warnings: parity === null || agrees(parity) ? [] : [parityInWords(parity)] };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    if (error.code === "file/enoent") return { parity: null, warnings: [] };
    const warning = `The model could not be compared with its example batch: ${error.message}`;
    return { parity: null, warnings: [warning] };
  }
}

/** `net.onnx` → `net.example.npz` in the same folder. */
function exampleFile(path: string): string {
  return join(dirname(path), `${basename(path, extname(path))}.example.npz`);
}

async function compare(given: Model, path: string): Promise<Parity | null> {
  const [port, more] = given.info.inputs;
  if (port === undefined || more !== undefined) return null;
  const { arrays, close } = await openArrays(path);
  try {
    const [x, output] = [arrays.get("x"), arrays.get("output")];
    if (x === undefined || output === undefined) return null;
    const there = Math.min(x.shape[0] ?? 0, output.shape[0] ?? 0);
    const sample = x.shape.slice(1);
    const model = given.info.open === undefined ? given : await openModel(given.path, { sample });
    // A file whose batch is fixed runs no other.
    const samples = port.shape[0] ?? Math.min(there, SAMPLES);
    if (samples === 0 || samples > there) return null;
    const input = new Map([[port.name, await leading(x, samples)]]);
    const found = await evaluate(model, samples, input, path);
    const deviation = relativeDeviation(found, await leading(output, samples));
    return {
      file: basename(path),
      samples,
      deviation: Number.isFinite(deviation) ? deviation : null,
    };
  } finally {
    await close();
  }
}

async function evaluate(
  model: Model,
  samples: number,
  input: ReadonlyMap<string, Tensor>,
  path: string,
): Promise<Tensor | undefined> {
  const graph = model.graph(samples);
  const executor = createExecutor("onnxruntime");
  try {
    const program = await executor.compile(graph, { bind: model.parameters });
    return (await program.run(feedsOf(graph, input, path))).get(graph.outputs[0]!.name);
  } finally {
    await executor.dispose();
  }
}

/** The first samples of an array. */
async function leading(array: ArraySource, samples: number): Promise<Tensor> {
  const shape = [samples, ...array.shape.slice(1)];
  const data = await array.read([{ start: 0, count: sizeOf(shape) }]);
  return { dtype: array.dtype, shape, data };
}
