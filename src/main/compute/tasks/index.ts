/**
 * Every task by name: what a compute process can be asked. Each is loaded when first asked for, so that looking at a
 * file does not wait for chart and PDF libraries.
 */
import type { Task, TaskContext } from "../task";

export const tasks = {
  analyse: lazily(async () => (await import("./analyse")).analyse),
  analyseShare: lazily(async () => (await import("./analyse")).analyseShare),
  buildOperator: lazily(async () => (await import("./buildOperator")).buildOperator),
  checkModel: lazily(async () => (await import("./knownOutput")).checkModel),
  compareModels: lazily(async () => (await import("./compareModels")).compareModels),
  conformance: lazily(async () => (await import("./conformance")).conformance),
  convertData: lazily(async () => (await import("./convertData")).convertData),
  convention: lazily(async () => (await import("./convention")).convention),
  exportFigure: lazily(async () => (await import("./exportFigure")).exportFigure),
  gradcheck: lazily(async () => (await import("./gradcheck")).gradcheck),
  gradients: lazily(async () => (await import("./gradients")).gradients),
  identifyFigure: lazily(async () => (await import("./identifyFigure")).identifyFigure),
  inspectData: lazily(async () => (await import("./inspectData")).inspectData),
  inspectModel: lazily(async () => (await import("./inspectModel")).inspectModel),
  listArchitectures: lazily(async () => (await import("./listArchitectures")).listArchitectures),
  missingParts: lazily(async () => (await import("./analyse")).missingParts),
  newModel: lazily(async () => (await import("./newModel")).newModel),
  inspectWeights: lazily(async () => (await import("./inspectWeights")).inspectWeights),
  preview: lazily(async () => (await import("./preview")).preview),
  previewSimulation: lazily(async () => (await import("./previewSimulation")).previewSimulation),
  probeDevice: lazily(async () => (await import("./probeDevice")).probeDevice),
  projectModel: lazily(async () => (await import("./projectModel")).projectModel),
  readArrays: lazily(async () => (await import("./readArrays")).readArrays),
  readSamples: lazily(async () => (await import("./readSamples")).readSamples),
  rollout: lazily(async () => (await import("./rollout")).rollout),
  runModel: lazily(async () => (await import("./runModel")).runModel),
  simulate: lazily(async () => (await import("./simulate")).simulate),
  train: lazily(async () => (await import("./train")).train),
  trainPreview: lazily(async () => (await import("./trainPreview")).trainPreview),
} satisfies Record<string, Task<never, unknown>>;

export type Tasks = typeof tasks;

function lazily<I, O>(load: () => Promise<Task<I, O>>): Task<I, O> {
  return async (input: I, context: TaskContext) => (await load())(input, context);
}
