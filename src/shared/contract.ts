/**
 * Every method and event between a host and a window, with its schema. Desktop (IPC), browser host (WebSocket)
 * and command line serve exactly this; what crosses a boundary is checked against it. A method added here is
 * callable from all three.
 */
import { z } from "zod";
import { architectureOffer, networkPreview, networkRequest } from "./architectures/network";
import { knownOutput } from "./knownOutput";
import { statedBeside } from "./preprocessing/stated";
import { fileIdentity, runRecord } from "./run";
import { simulationPreview, simulationRequest, simulatorInfo } from "./simulation";
import type { Tensor } from "./tensor";
import { weightsDifference, weightsSide } from "./weightsDifference";
import { weightsFit } from "./weightsFit";
import { waitingWork } from "./waiting";
import {
  rolloutRequest,
  seedCurves,
  trainingEntry,
  trainingPreview,
  trainingReport,
  trainingRequest,
} from "./training/training";

const tensor = z.custom<Tensor>(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    "dtype" in value &&
    "shape" in value &&
    "data" in value &&
    ArrayBuffer.isView((value as Tensor).data),
  "a tensor",
);

const errorRecord = z.object({
  code: z.string(),
  message: z.string(),
  where: z.string().optional(),
  todo: z.string().optional(),
  stack: z.string().optional(),
});

/** What a file may say itself: of these its own word goes before a preset's. */
const dataOptionsSaid = z.object({
  /** `periodic`, `open`, or one a direction: `x periodic, y wall`. */
  boundary: z.string().optional(),
  /** Time between successive states, or input and target, where the file does not say. */
  dt: z.number().positive().optional(),
  /** Sides of the box in the order of the grid's axes; one number is the longest side, of square cells. */
  length: z.array(z.number().positive()).min(1).max(3).optional(),
});

/** How a data file is read where the file does not say; empty fields are proposed by the reader. */
export const dataOptions = z.object({
  /** Names of the arrays that hold inputs and targets; several inputs, with commas between them, are one state. */
  input: z.string().optional(),
  target: z.string().optional(),
  /** `b,c,y,x`, `n,t,c,y,x` … in the array's order. */
  axes: z.string().optional(),
  /** `scalar:p,vector:v`: channel groups in order. */
  fields: z.string().optional(),
  /** Of the output, where it is not the input's. */
  outputFields: z.string().optional(),
  ...dataOptionsSaid.shape,
  /** Words for figures and tables: `v=m/s,p=Pa,x=m,t=s`. */
  units: z.string().optional(),
  /** Successive states that are one input, the earliest first; absent: one. */
  history: z.number().int().min(1).max(64).optional(),
  /** What targets are where they are the next states: those, or the change from the last state of the input. */
  predicts: z.enum(["state", "change"]).optional(),
  /** What the network is told beside the state: `nu=0.01,t=time,mu=parameters/mu`. */
  conditions: z.string().optional(),
  /** Group under which the dynamics itself is known to be symmetric, as whoever gives the data states it. */
  symmetry: z.string().optional(),
  /** What a file must have for these options, of a preset, to be meant. */
  expects: z
    .object({
      axes: z.array(z.string()),
      channels: z.number(),
      /** Names of the arrays of the states, with commas between; empty where it has none. */
      arrays: z.string(),
      /** The preset's name, for sentences. */
      preset: z.string().optional(),
      /**
       * What it says of files of its kind; what a file says itself, or is stated of it, goes before. Absent in presets
       * of before, of which the options beside say so much.
       */
      says: dataOptionsSaid.optional(),
    })
    .optional(),
});
export type DataOptions = z.infer<typeof dataOptions>;

const channel = z.object({ name: z.string(), kind: z.string(), group: z.string() });

export const dataInfo = z.object({
  path: z.string(),
  layout: z.string(),
  /** Why the file is taken to be of that layout, each a sentence. */
  evidence: z.array(z.string()).optional(),
  /** As the program sees the states: [trajectory, time, channel, y, x] less the axes that are not there. */
  shape: z.array(z.number()),
  axes: z.array(z.string()),
  /** Samples of each trajectory, where they are unequally long; `shape` has the states of the longest. */
  lengths: z.array(z.number()).optional(),
  dtype: z.string(),
  /** The arrays that the states are read from, as options name them, and the axes of the first as they are stored. */
  stored: z.object({ input: z.string(), axes: z.string() }).optional(),
  channels: z.array(channel),
  /** Field spec as text; null where the channels' meaning is not known and must be asked. */
  fields: z.string().nullable(),
  /** Transitions (input and target) that an analysis can take. */
  samples: z.number(),
  arrays: z.array(z.object({ name: z.string(), shape: z.array(z.number()), dtype: z.string() })),
  dt: z.number().nullable(),
  spacing: z.array(z.number()).nullable(),
  boundary: z.string().nullable(),
  /** What the file says itself, whatever is stated of it; absent in studies of before. */
  own: dataOptionsSaid.extend({ fields: z.string().optional() }).optional(),
  /** What it is taken as where nothing states it; periodic where this is missing too. */
  assumedBoundary: z.string().optional(),
  coordinates: z.record(z.string(), z.array(z.number())).nullable(),
  /** By name of a field, x, y, z, or t; absent where nothing states any. */
  units: z.record(z.string(), z.string()).optional(),
  statistics: z.array(
    z.object({
      channel: z.string(),
      mean: z.number(),
      std: z.number(),
      min: z.number(),
      max: z.number(),
      nonFinite: z.number(),
    }),
  ),
  /** How many of the states they are of, where they are not of all: extremes are what was seen. */
  statisticsOf: z.object({ states: z.number(), of: z.number() }).optional(),
  warnings: z.array(z.string()),
});
export type DataInfo = z.infer<typeof dataInfo>;

const port = z.object({
  name: z.string(),
  dtype: z.string(),
  /** null where the file leaves the extent open: the batch, and axes that the data settle. */
  shape: z.array(z.number().nullable()),
});

/** How the tensors of a checkpoint became those of a network. */
export const weightsReport = z.object({
  /** Of the set among several in the file; "" where it holds but one. */
  key: z.string(),
  matched: z.array(z.object({ place: z.string(), tensor: z.string(), how: z.string() })),
  leftInFile: z.array(z.string()),
  leftInModel: z.array(z.string()),
  epoch: z.number().nullable(),
  step: z.number().nullable(),
});
export type WeightsReport = z.infer<typeof weightsReport>;

export const modelInfo = z.object({
  path: z.string(),
  inputs: z.array(port),
  outputs: z.array(port),
  /** ONNX operator → how often, as the file has them. */
  operators: z.record(z.string(), z.number()),
  parameters: z.array(
    z.object({
      name: z.string(),
      shape: z.array(z.number()),
      size: z.number(),
      initializer: z.string(),
    }),
  ),
  parameterCount: z.number(),
  buffers: z.array(z.object({ name: z.string(), shape: z.array(z.number()) })),
  differentiable: z.boolean(),
  /** Parameters that no gradient reaches, the node that stops it and why. */
  stopped: z.array(z.object({ parameter: z.string(), node: z.string(), reason: z.string() })),
  opset: z.number(),
  producer: z.string(),
  metadata: z.record(z.string(), z.string()),
  /** Axes beside the batch whose extents the file leaves to the data, where there are any. */
  open: z.array(z.string()).optional(),
  /** How its output compares with PyTorch's (parity.ts); null where there is no example batch beside the file. */
  parity: z
    .object({ file: z.string(), samples: z.number(), deviation: z.number().nullable() })
    .nullable()
    .default(null),
  /** Where its weights come from a file of their own: what went where, other than by its own name. */
  weights: weightsReport.optional(),
  warnings: z.array(z.string()),
});
export type ModelInfo = z.infer<typeof modelInfo>;

const dataEntry = z.object({
  id: z.string(),
  name: z.string(),
  file: fileIdentity,
  options: dataOptions,
  info: dataInfo,
  /** The file as it is now: as opened, changed since, or not here. */
  state: z.enum(["here", "changed", "missing"]),
});
export type DataEntry = z.infer<typeof dataEntry>;

const modelEntry = z.object({
  id: z.string(),
  name: z.string(),
  file: fileIdentity,
  weights: fileIdentity.nullable(),
  info: modelInfo,
  /** Weights over its training, as analyses over checkpoints take them; absent where no training here made it. */
  checkpoints: z.string().optional(),
  /** Name of the training here that made it and was removed since. */
  removedTraining: z.string().optional(),
  state: z.enum(["here", "changed", "missing"]),
});
export type ModelEntry = z.infer<typeof modelEntry>;

/** A run as the study's tree lists it. */
const runEntry = z.object({
  id: z.string(),
  analysis: z.string(),
  title: z.string(),
  started: z.string(),
  seconds: z.number(),
  /** Entries it was made from, where the study still has them. */
  model: z.string().nullable(),
  data: z.string().nullable(),
  /** Its model or data changed since. Files that are merely not here do not make it stale. */
  stale: z.boolean(),
  /** What was stated of its model beside the model's file; absent where it took the data alone. */
  stated: statedBeside.optional(),
  /** Name of the training here that made its network and was removed since. */
  removedTraining: z.string().optional(),
});
export type RunEntry = z.infer<typeof runEntry>;

export const study = z.object({
  /** Its folder; identifies it everywhere. */
  path: z.string(),
  name: z.string(),
  notes: z.string(),
  /** Why nothing can be changed here, in words: who else has it open, or that its folder cannot be written to. */
  readOnly: z.string().nullable(),
  data: z.array(dataEntry),
  models: z.array(modelEntry),
  runs: z.array(runEntry),
  /** Oldest first, those that can go on among them. */
  trainings: z.array(trainingEntry),
  figures: z.array(z.object({ name: z.string(), path: z.string(), modified: z.string() })),
  /** What was asked for and never came to be, for no job here works on it: it waits to be started again, or removed. */
  waiting: z.array(waitingWork),
  /** Key of the subgroup that its figures set apart unless another is picked; null for the paper's. */
  setApart: z.string().nullable(),
  /** What undo and redo would do, in words; null where there is nothing. */
  undo: z.string().nullable(),
  redo: z.string().nullable(),
});
export type Study = z.infer<typeof study>;

export const job = z.object({
  id: z.string(),
  study: z.string(),
  title: z.string(),
  analysis: z.string(),
  state: z.enum(["queued", "running", "done", "failed", "cancelled"]),
  /** 0…1. */
  fraction: z.number(),
  /** What it is doing: "Gradients of r²·x, samples 9–16 of 16". */
  stage: z.string(),
  secondsLeft: z.number().nullable(),
  started: z.string(),
  /** The run it made. */
  run: z.string().nullable(),
  /** The data that it added to the study. */
  data: z.string().nullable(),
  /** The training that it works on, from its start. */
  training: z.string().nullable(),
  error: errorRecord.nullable(),
});
export type Job = z.infer<typeof job>;

export const analysisRequest = z.object({
  analysis: z.string(),
  /** null for an analysis of the data alone. */
  model: z.string().nullable(),
  data: z.string(),
  parameters: z.record(z.string(), z.unknown()),
});
export type AnalysisRequest = z.infer<typeof analysisRequest>;

export const preview = z.object({
  samples: z.number(),
  elements: z.array(z.string()),
  /** Forward-equivalent passes of one sample through the network. */
  passes: z.number(),
  memoryBytes: z.number(),
  seconds: z.number(),
  /** Whether passes and seconds are the most that it can come to; a notice then says why. */
  atMost: z.boolean(),
  notices: z.array(z.string()),
});
export type Preview = z.infer<typeof preview>;

const conventionReport = z.object({
  verdict: z.enum(["fits", "other-fits-better", "cannot-tell"]),
  sentence: z.string(),
  rows: z.array(
    z.object({
      name: z.string(),
      description: z.string(),
      score: z.number(),
      stated: z.boolean(),
      /** Whether nothing contradicts it; absent where only the scores are known. */
      possible: z.boolean().optional(),
      /** The fields with the vector read so; absent where a row is no reading of the data. */
      fields: z.string().optional(),
      /** Whether it is the channels in another order, and no reading of the vector's components. */
      order: z.boolean().optional(),
    }),
  ),
  /** Which row is proposed, the stated one where nothing contradicts it; absent where rows are no readings of the data. */
  best: z.number().optional(),
  /** What the rows were scored by, one score a row: 0 fits, 1 does not. */
  evidence: z
    .array(
      z.object({
        name: z.string(),
        question: z.string(),
        scores: z.array(z.number()),
        /** Whether it told some of the rows apart. */
        decides: z.boolean(),
        /** Of the row that is proposed; nothing can be told where none is. */
        says: z.enum(["decides", "agrees", "disagrees", "cannot-tell"]),
        /** By how much the nearest row that it contradicts scores worse than the one that is proposed; 0 of the rest. */
        weight: z.number(),
      }),
    )
    .optional(),
  samples: z.number(),
});
export type ConventionReport = z.infer<typeof conventionReport>;

/** Measured; a multiply–add counts as two operations. */
const speed = z.object({
  /** GFLOP/s of 3×3 convolutions in float32. */
  convolution: z.number(),
  /** GFLOP/s of matrix products in float32. */
  matmul: z.number(),
  /** GB/s of data that go to the device and come back. */
  transfer: z.number(),
});

const device = z.object({
  /** Executor and device: "onnxruntime:webgpu". */
  id: z.string(),
  executor: z.string(),
  /** What `--device` and the form take: "cpu", "webgpu", "cuda:0". */
  device: z.string(),
  name: z.string(),
  ready: z.boolean(),
  /** Tried and found right; not here; computes wrong numbers; crashed, hung or otherwise failed. */
  state: z.enum(["ready", "absent", "wrong", "failed"]),
  /** Why it is not ready. */
  reason: z.string().nullable(),
  /** The command or step that would make it ready. */
  todo: z.string().nullable(),
  /** Of a known network's results from the float64 reference's, relative; null for the reference itself. */
  deviation: z.number().nullable(),
  /** Whether products are rounded to TF32, as measured; null where there is no such thing. */
  tf32: z.boolean().nullable(),
  /** Null where not measured. */
  speed: speed.nullable(),
  /** Operators of the known network that the device left to the CPU, by name. */
  onCpu: z.record(z.string(), z.number()),
});
export type Device = z.infer<typeof device>;

const fileEntry = z.object({
  name: z.string(),
  path: z.string(),
  folder: z.boolean(),
  size: z.number(),
  modified: z.string(),
  /** What the program can do with it; null: nothing. */
  opens: z.enum(["study", "model", "weights", "data", "figure"]).nullable(),
});
export type FileEntry = z.infer<typeof fileEntry>;

const figureView = z.object({
  element: z.string().optional(),
  row: z.number().optional(),
  column: z.number().optional(),
  subgroup: z.string().optional(),
  checkpoint: z.number().int().optional(),
  quantity: z.string().optional(),
});

export const figureRequest = z.object({
  study: z.string(),
  /** Or a training, of which there are its curves. */
  run: z.string(),
  figure: z.string(),
  format: z.enum(["svg", "pdf", "png", "csv", "npz"]),
  /** Millimetres; 85 and 170 are common column widths. */
  width: z.number().min(20).max(1000),
  theme: z.enum(["print", "light", "dark"]),
  view: figureView,
  /** File to write; absent: into the study's figures folder. */
  path: z.string().optional(),
});
export type FigureRequest = z.infer<typeof figureRequest>;

const inStudy = z.object({ study: z.string() });
const none = z.object({});

function method<I extends z.ZodType, O extends z.ZodType>(
  input: I,
  output: O,
): { input: I; output: O } {
  return { input, output };
}

export const methods = {
  "app.info": method(
    none,
    z.object({
      version: z.string(),
      host: z.enum(["desktop", "browser", "cli"]),
      platform: z.string(),
      machine: z.string(),
      home: z.string(),
      threads: z.number(),
      /** Largest file that a window elsewhere may upload into a study, in bytes. */
      uploadLimit: z.number(),
    }),
  ),
  "devices.list": method(z.object({ measure: z.boolean() }), z.array(device)),

  "files.list": method(
    z.object({ path: z.string().optional() }),
    z.object({
      path: z.string(),
      parent: z.string().nullable(),
      entries: z.array(fileEntry),
      places: z.array(z.object({ label: z.string(), path: z.string() })),
    }),
  ),
  /** One piece of a file dropped on a window elsewhere; the last one answers with the path it has now. */
  "files.upload": method(
    z.object({
      study: z.string(),
      name: z.string(),
      offset: z.number(),
      size: z.number(),
      bytes: z.instanceof(Uint8Array),
    }),
    z.object({ received: z.number(), path: z.string().nullable() }),
  ),
  /** A file that was sent is not wanted after all; only one that nothing opened is removed. */
  "files.discard": method(z.object({ path: z.string() }), none),

  "recent.list": method(
    none,
    z.array(
      z.object({ path: z.string(), name: z.string(), opened: z.string(), here: z.boolean() }),
    ),
  ),
  "recent.forget": method(z.object({ path: z.string() }), none),
  "examples.list": method(
    none,
    z.array(z.object({ id: z.string(), title: z.string(), description: z.string() })),
  ),
  /** Copies the example into a new study (in `folder`, by default beside the user's other studies) and opens it. */
  "examples.open": method(z.object({ id: z.string(), folder: z.string().optional() }), study),

  "study.create": method(z.object({ path: z.string(), name: z.string().optional() }), study),
  "study.open": method(z.object({ path: z.string() }), study),
  "study.close": method(inStudy, none),
  "study.rename": method(z.object({ study: z.string(), name: z.string() }), study),
  "study.note": method(z.object({ study: z.string(), notes: z.string() }), study),
  "study.undo": method(inStudy, study),
  "study.redo": method(inStudy, study),
  "study.addData": method(
    z.object({ study: z.string(), path: z.string(), options: dataOptions }),
    z.object({ study, entry: z.string() }),
  ),
  "study.addModel": method(
    z.object({ study: z.string(), path: z.string(), weights: z.string().optional() }),
    z.object({ study, entry: z.string() }),
  ),
  /** Changes how an entry is read or called. */
  "study.editData": method(
    z.object({
      study: z.string(),
      entry: z.string(),
      name: z.string().optional(),
      options: dataOptions.optional(),
    }),
    study,
  ),
  "study.editModel": method(
    z.object({
      study: z.string(),
      entry: z.string(),
      name: z.string().optional(),
      weights: z.string().nullable().optional(),
    }),
    study,
  ),
  /** Copies a run that lies in a folder by itself, as the command line makes them, into the study. */
  "study.addRun": method(
    z.object({ study: z.string(), folder: z.string() }),
    z.object({ study, run: z.string() }),
  ),
  /** Writes the repaired network of a conservation run into the study's folder models, and adds it to the study. */
  "study.addRepaired": method(
    z.object({ study: z.string(), run: z.string() }),
    z.object({ study, entry: z.string() }),
  ),
  /**
   * Takes an entry out of the study (data, model) or moves a run or a training to the study's trash; undo brings it back.
   * A training's folder is deleted when the study is closed. Refused while a job works on it.
   */
  "study.remove": method(z.object({ study: z.string(), entry: z.string() }), study),

  "data.inspect": method(z.object({ path: z.string(), options: dataOptions }), dataInfo),
  "data.sample": method(
    z.object({ study: z.string(), entry: z.string(), indices: z.array(z.number()).max(64) }),
    /** `file`: as it was when these were read; samples of another state of it are of other data. */
    z.object({
      input: tensor,
      target: tensor.nullable(),
      file: fileIdentity.pick({ size: true, modified: true }),
    }),
  ),
  /** Looks whether the file is what it was, for who has its samples already; null where it is not here. */
  "data.look": method(
    z.object({ study: z.string(), entry: z.string() }),
    z.object({ file: fileIdentity.pick({ size: true, modified: true }).nullable() }),
  ),
  /** With options, the entry's file read by these instead of its own: nothing is saved. */
  "data.convention": method(
    z.object({ study: z.string(), entry: z.string(), options: dataOptions.optional() }),
    conventionReport,
  ),
  "model.inspect": method(
    z.object({ path: z.string(), weights: z.string().optional() }),
    modelInfo,
  ),
  /** How each set of weights in a file fits a model, before one of them is put into it. */
  "model.weights": method(z.object({ path: z.string(), weights: z.string() }), z.array(weightsFit)),
  /** Parameters that were added, are gone, have changed. */
  "model.compare": method(z.object({ a: weightsSide, b: weightsSide }), weightsDifference),
  /** Run where its output is known: in a .npz, or, with null, in the exporter's example beside the model. */
  "model.check": method(
    z.object({ path: z.string(), weights: z.string().nullable(), known: z.string().nullable() }),
    knownOutput,
  ),

  "analysis.preview": method(z.object({ study: z.string(), request: analysisRequest }), preview),
  "analysis.start": method(
    z.object({ study: z.string(), request: analysisRequest }),
    z.object({ job: z.string() }),
  ),
  /** Starts anew what waits in the study since a program ended before its turn came. */
  "waiting.start": method(
    z.object({ study: z.string(), id: z.string() }),
    z.object({ job: z.string() }),
  ),
  /** Takes it off the list; nothing was made of it. */
  "waiting.remove": method(z.object({ study: z.string(), id: z.string() }), study),

  "simulators.list": method(none, z.array(simulatorInfo)),
  "simulation.preview": method(z.object({ request: simulationRequest }), simulationPreview),
  /** Its job writes trajectories into the study's folder and adds them as data. */
  "simulation.start": method(
    z.object({ study: z.string(), request: simulationRequest }),
    z.object({ job: z.string() }),
  ),
  /** The state that a running simulation has come to; null where it has not begun or has ended. */
  "simulation.picture": method(
    z.object({ job: z.string() }),
    z.object({ picture: tensor.nullable() }),
  ),

  "training.preview": method(
    z.object({ study: z.string(), request: trainingRequest }),
    trainingPreview,
  ),
  /**
   * Its job trains in checkpoints/<training> of the study's folder, and adds the networks to the study. Cancelling it
   * pauses the training: what was reached is kept, and the device is free.
   */
  "training.start": method(
    z.object({ study: z.string(), request: trainingRequest }),
    z.object({ job: z.string(), training: z.string() }),
  ),
  /** Goes on where it was paused, or where the program was closed or killed. */
  "training.resume": method(
    z.object({
      study: z.string(),
      training: z.string(),
      /** Of `resumable` alone: bounds and the machine. */
      parameters: z.record(z.string(), z.unknown()).optional(),
      /** Where the data lie now, if not where they lay. */
      data: z.string().optional(),
    }),
    z.object({ job: z.string() }),
  ),
  /** Curves as far as they are on the disk, of every seed that has begun. */
  "training.curves": method(
    z.object({ study: z.string(), training: z.string() }),
    z.object({ seeds: z.array(seedCurves) }),
  ),
  /** How a training that runs is getting on; null where it has not begun or has ended. */
  "training.report": method(
    z.object({ study: z.string(), training: z.string() }),
    z.object({ report: trainingReport.nullable() }),
  ),

  /**
   * What a checkpoint makes of a trajectory, fed its own predictions: `truth` and `prediction` are [step, …] in the
   * data's units, `input` is [1, …], where both begin.
   */
  "training.rollout": method(
    rolloutRequest,
    z.object({ input: tensor, truth: tensor, prediction: tensor }),
  ),

  /** Architectures for data of the study, with what each preset comes to there. */
  "architecture.list": method(
    z.object({ study: z.string(), data: z.string() }),
    z.array(architectureOffer),
  ),
  /** Answers with what the network would be; fails with the sentence that says what does not fit. */
  "architecture.preview": method(
    z.object({ study: z.string(), data: z.string(), network: networkRequest }),
    networkPreview,
  ),
  /** Writes a network with random weights into the study's folder models, and adds it to the study. */
  "architecture.create": method(
    z.object({
      study: z.string(),
      data: z.string(),
      network: networkRequest,
      /** Whether it carries the data's mean and spread. */
      statistics: z.enum(["pooled", "none"]),
      seed: z.number().int().min(0),
    }),
    z.object({ study, entry: z.string() }),
  ),

  "jobs.list": method(none, z.array(job)),
  "jobs.cancel": method(z.object({ job: z.string() }), none),
  /** Puts a waiting job at a place among those that wait, 0 for the next one to run. */
  "jobs.move": method(z.object({ job: z.string(), place: z.number().int().min(0) }), none),
  /** Forgets a job that has ended. */
  "jobs.dismiss": method(z.object({ job: z.string() }), none),

  "run.record": method(z.object({ study: z.string(), run: z.string() }), runRecord),
  "run.arrays": method(
    z.object({ study: z.string(), run: z.string(), names: z.array(z.string()) }),
    z.record(z.string(), tensor),
  ),

  "figure.export": method(figureRequest, z.object({ path: z.string(), bytes: z.number() })),
  /** The file of an exported figure, for a window elsewhere to save. */
  "figure.read": method(
    z.object({ study: z.string(), name: z.string() }),
    z.object({ name: z.string(), bytes: z.instanceof(Uint8Array) }),
  ),
  /**
   * What an exported figure says of the run that made it: `study` where a study here has that run, else `folder` where
   * the run lies there by itself; `recorded` is where the figure says that it lay.
   */
  "figure.identify": method(
    z.object({ name: z.string(), bytes: z.instanceof(Uint8Array) }),
    z
      .object({
        study: z.string().nullable(),
        folder: z.string().nullable(),
        recorded: z.string().nullable(),
        run: z.string(),
        analysis: z.string(),
        figure: z.string(),
      })
      .nullable(),
  ),
} as const;

export const events = {
  "job.changed": job,
  /** The waiting jobs in the order in which they will run, after that was changed. */
  "jobs.ordered": z.object({ jobs: z.array(z.string()) }),
  "study.changed": study,
  /** `job` is null where another program trains, and this one follows it. */
  "training.progress": z.object({
    study: z.string(),
    job: z.string().nullable(),
    report: trainingReport,
  }),
} as const;

export type MethodName = keyof typeof methods;
export type MethodInput<M extends MethodName> = z.input<(typeof methods)[M]["input"]>;
export type MethodOutput<M extends MethodName> = z.output<(typeof methods)[M]["output"]>;
export type EventName = keyof typeof events;
export type EventPayload<E extends EventName> = z.output<(typeof events)[E]>;

/** What a window holds: the same over IPC and WebSocket. */
export interface Client {
  /** @throws what the method throws, as a UserError with the same sentence */
  call<M extends MethodName>(name: M, input: MethodInput<M>): Promise<MethodOutput<M>>;
  /** Returns what ends the subscription. */
  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void;
}

/** Frames on the wire, msgpack over WebSocket and structured clones over IPC. */
export type Frame =
  | { readonly kind: "call"; readonly id: number; readonly method: string; readonly input: unknown }
  | { readonly kind: "result"; readonly id: number; readonly output: unknown }
  | { readonly kind: "error"; readonly id: number; readonly error: z.infer<typeof errorRecord> }
  | { readonly kind: "event"; readonly event: string; readonly payload: unknown };
