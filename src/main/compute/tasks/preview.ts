/** What an analysis would cost: samples, passes, memory, and the time that these take on this machine. */
import type { Preview } from "../../../shared/contract";
import type { AnalysisId } from "../../../shared/analyses";
import { sizeOf, type Tensor } from "../../../shared/tensor";
import { computations } from "../../analyses";
import type { CostInfo } from "../../analyses/context";
import { sampleNetwork, type SampleNetwork } from "../../analyses/network";
import { inputName, topologicalOrder } from "../../graph/ir";
import { ruleOf } from "../../graph/ops";
import { openExecutor, type Target } from "../../runtime/target";
import type { TaskContext } from "../compute";
import { openExperiment, type Experiment } from "./experiment";
import type { AnalysisSpec } from "./spec";

export async function preview(
  spec: AnalysisSpec,
  { signal }: Pick<TaskContext, "signal">,
): Promise<Preview> {
  const experiment = await openExperiment(spec);
  try {
    const network = sampleNetwork(experiment.model);
    const cost = computations[spec.analysis as AnalysisId].estimate(
      costInfo(experiment, network),
      spec.parameters as never,
    );
    signal.throwIfAborted();
    const seconds = await secondsOfPass(experiment, network);
    return {
      samples: experiment.samples.length,
      elements: experiment.elements.map(({ id }) => id),
      passes: cost.passes,
      memoryBytes: cost.memoryBytes,
      seconds: cost.passes * seconds,
      notices: experiment.notices,
    };
  } finally {
    await experiment.close();
  }
}

function costInfo(experiment: Experiment, network: SampleNetwork): CostInfo {
  const { samples, elements, model, memoryBytes } = experiment;
  const parameters = [...model.parameters.values()];
  return {
    samples: samples.length,
    elements: elements.length,
    parameters: parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    outputSize: sizeOf(network.prediction.shape),
    work: multiplyAdds(network),
    memoryBytes,
  };
}

/** Of one forward pass of one sample. */
function multiplyAdds(network: SampleNetwork): number {
  return topologicalOrder([network.prediction]).reduce((sum, { op, inputs, attrs, outputs }) => {
    const work = ruleOf(op).work?.(inputs, attrs, outputs);
    return sum + (work ?? sizeOf(outputs[0]!.shape));
  }, 0);
}

/** Measured speeds by model and target, for the window asks again with every change of its form. */
const measured = new Map<string, number>();
/** Several samples at once, as analyses run them. */
const CHUNK = 4;

/** Seconds of one forward pass of one sample, measured on the network itself. */
async function secondsOfPass(experiment: Experiment, network: SampleNetwork): Promise<number> {
  const { model, target } = experiment;
  const key = `${target.executor} ${target.device} ${model.info.path} ${model.info.parameterCount} ${network.input.shape.join()}`;
  const known = measured.get(key);
  if (known !== undefined) return known;
  const chunk = target.executor === "reference" ? 1 : CHUNK;
  const seconds = await measurePass(model.graph(chunk), model.parameters, target);
  measured.set(key, seconds / chunk);
  return seconds / chunk;
}

async function measurePass(
  graph: ReturnType<Experiment["model"]["graph"]>,
  parameters: ReadonlyMap<string, Tensor>,
  target: Target,
): Promise<number> {
  const executor = openExecutor(target);
  try {
    const program = await executor.compile(graph, { bind: parameters });
    const feeds = new Map(
      graph.inputs
        .filter((input) => program.inputs.includes(inputName(input)))
        .map((input): [string, Tensor] => {
          const { dtype, shape } = input;
          const data = new Float64Array(sizeOf(shape)).fill(0.5);
          return [
            inputName(input),
            { dtype: dtype === "float32" ? "float64" : dtype, shape, data },
          ];
        }),
    );
    const start = performance.now();
    await program.run(feeds);
    const first = (performance.now() - start) / 1000;
    // The first run also prepares; where it was quick, a second one tells the pace.
    if (first > 1) return first;
    const again = performance.now();
    await program.run(feeds);
    return (performance.now() - again) / 1000;
  } finally {
    await executor.dispose();
  }
}
