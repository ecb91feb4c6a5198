/**
 * Everything that a model's derivatives are, for one batch: outputs and losses, gradients of the mean loss, the Gram
 * matrix of per-sample gradients, and products with the Jacobian where vectors for them are given.
 */
import { UserError } from "../../../shared/errors";
import type { Tensor } from "../../../shared/tensor";
import { sampleNetwork, type SampleNetwork } from "../../analyses/network";
import { readNpz, writeNpz } from "../../data/npz";
import { Builder } from "../../graph/builder";
import { grad, vjp } from "../../graph/grad";
import { gram } from "../../graph/gram";
import { inputName, type Graph, type Value } from "../../graph/ir";
import { jvp } from "../../graph/jvp";
import { simplify } from "../../graph/simplify";
import { vmap } from "../../graph/vmap";
import { openExecutor, remarksOf, type Target } from "../../runtime/target";
import { lossPerSample, type LossId } from "../../training/losses";
import type { TaskContext } from "../task";
import { batchOf, fitted, inputsFrom, sampleOf } from "./feeds";
import { modelFor } from "./modelFor";
import { untrainedNotices } from "./untrained";

export interface GradientsInput extends Target {
  readonly model: string;
  readonly weights: string | null;
  /** A .npz with the input, `target`, and `tangent` and `cotangent` where products with them are wanted. */
  readonly inputs: string;
  readonly out: string;
  readonly loss: LossId;
}

/** Writes the arrays; returns their names. @throws UserError "model/…", "data/shape" */
export async function gradients(
  { model: path, weights, inputs: file, out, loss, ...target }: GradientsInput,
  { signal }: Pick<TaskContext, "signal">,
): Promise<{ arrays: string[]; executor: string; remarks: string[] }> {
  const arrays = await readNpz(file);
  const model = await modelFor(path, weights, (opened) => sampleOf(opened, arrays, file));
  const network = sampleNetwork(model);
  const inputs = inputsFrom(model, arrays, file);
  const batch = batchOf(inputs, file);
  const vectors = { tangent: arrays.has("tangent"), cotangent: arrays.has("cotangent") };
  const graph = simplify(derivatives(network, loss, batch, vectors));

  const inputKey = inputName(network.input);
  /** Of the graph below, whose input is called `$x`. */
  const arrayFor = (name: string): Tensor =>
    name === "$x" ? inputs.get(inputKey)! : arrayNamed(name, arrays, file);
  const executor = openExecutor(target);
  try {
    const program = await executor.compile(graph, { bind: model.parameters });
    signal.throwIfAborted();
    const feeds = new Map(
      graph.inputs
        .filter((value) => program.inputs.includes(inputName(value)))
        .map((value) => {
          const name = inputName(value);
          return [name, fitted(name === "$x" ? inputKey : name, arrayFor(name), value, file)];
        }),
    );
    const results = await program.run(feeds);
    signal.throwIfAborted();
    await writeNpz(out, results);
    return {
      arrays: [...results.keys()],
      executor: executor.description,
      remarks: [...(await untrainedNotices([{ path, weights }])), ...remarksOf(executor)],
    };
  } finally {
    await executor.dispose();
  }
}

function arrayNamed(name: string, arrays: ReadonlyMap<string, Tensor>, file: string): Tensor {
  const found = arrays.get(name);
  if (found !== undefined) return found;
  throw new UserError("model/no-array", `${file} has no array “${name}”.`, {
    where: file,
    todo: `It has ${[...arrays.keys()].join(", ")}.`,
  });
}

/**
 * Inputs `$x`, `target`, `tangent`, `cotangent` [batch, …] beside the parameters. The network is that of one sample,
 * vectorised, so nothing in it can mix samples.
 */
function derivatives(
  network: SampleNetwork,
  loss: LossId,
  batch: number,
  vectors: { tangent: boolean; cotangent: boolean },
): Graph {
  const g = new Builder();
  const { input, prediction, parameters } = network;
  const inputs: Value[] = [];
  const batched = new Map<Value, Value>();
  /** A value of one sample, and the input that holds it for all. */
  const perSample = (name: string, single: Value): Value => {
    const all = g.input(name, { dtype: single.dtype, shape: [batch, ...single.shape.slice(1)] });
    inputs.push(all);
    batched.set(single, g.reshape(all, [batch, ...single.shape]));
    return single;
  };
  perSample("$x", input);
  const target = perSample("target", g.input("$single-target", prediction));
  const single = g.sum(lossPerSample(g, loss, prediction, target));
  const [inputGradient, ...ofParameters] = grad(g, single, [input, ...parameters]);

  /** Of one sample; in the order in which they are written. */
  const wanted = new Map<string, Value>([
    ["output", prediction],
    ["loss_per_sample", single],
    ["input_grad", inputGradient!],
  ]);
  if (vectors.tangent) {
    const tangent = perSample("tangent", g.input("$single-tangent", input));
    wanted.set("input_jvp", jvp(g, [prediction], [input], [tangent])[0]!);
    wanted.set("input_hvp", jvp(g, [inputGradient!], [input], [tangent])[0]!);
  }
  if (vectors.cotangent) {
    const cotangent = perSample("cotangent", g.input("$single-cotangent", prediction));
    wanted.set("input_vjp", vjp(g, [prediction], [cotangent], [input])[0]!);
  }

  const many = vmap(g, [...wanted.values(), ...ofParameters], batched, batch);
  const parameterGradients = many.slice(wanted.size);
  // Of the mean over the batch: each sample's share is a batch-th.
  const ofMean = new Set(["input_grad", "input_hvp"]);
  const outputs = [...wanted].map(([name, { shape }], k) => {
    const value = g.reshape(many[k]!, [batch, ...shape.slice(1)]);
    return { name, value: ofMean.has(name) ? g.div(value, batch) : value };
  });
  if (parameters.length > 0) {
    outputs.push({ name: "per_sample_gram", value: gram(g, parameterGradients) });
  }
  parameters.forEach((parameter, k) => {
    const mean = g.mean(parameterGradients[k]!, [0]);
    outputs.push({ name: `grad_mean.${inputName(parameter)}`, value: mean });
  });
  return {
    inputs: [...inputs, ...network.graph.inputs.filter((value) => value !== input)],
    outputs,
  };
}
