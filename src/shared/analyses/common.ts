/** Parameters that every analysis of a model on data takes. */
import type { ParameterSchema } from "../parameters";

/** Numbers and half-open ranges `a:b`, either end of which may be left out, with commas between. */
export function checkRange(text: string): string | null {
  return /^\s*(\d+|\d*:\d*)(\s*,\s*(\d+|\d*:\d*))*\s*$/.test(text) || text === ""
    ? null
    : "numbers and ranges from 0, like 3,7,10:20 (of a range the last not included)";
}

function checkSamples(text: string): string | null {
  return text === "all" || /^[1-9]\d*$/.test(text) ? null : "a number of samples, or all";
}

function checkDevice(text: string): string | null {
  return /^(auto|cpu|webgpu|(cuda|dml)(:\d+)?|coreml)$/.test(text)
    ? null
    : "auto, cpu, webgpu, cuda:0, dml or coreml";
}

export const sampleParameters = {
  group: {
    kind: "text",
    label: "Group",
    help: "The symmetry whose action is studied: d4, one of its subgroups (c4, v4, …), translations:n, or trivial.",
    default: "d4",
    example: "d4",
  },
  elements: {
    kind: "text",
    label: "Elements",
    help: "Only these elements of the group, in this order; empty for all of them.",
    default: "",
    example: "e,r,r2",
    advanced: true,
  },
  samples: {
    kind: "text",
    label: "Samples",
    help: "How many samples, evenly strided over trajectories and times, or all.",
    default: "16",
    check: checkSamples,
  },
  trajectories: {
    kind: "text",
    label: "Trajectories",
    help: "Only these, counted from 0: numbers, and ranges a:b without b, with commas between.",
    default: "",
    example: "0:10",
    check: checkRange,
    advanced: true,
  },
  times: {
    kind: "text",
    label: "Times",
    help: "Only transitions that start at these times, counted from 0, like trajectories.",
    default: "",
    example: "0:10",
    check: checkRange,
    advanced: true,
  },
  seed: {
    kind: "integer",
    label: "Seed",
    help: "Of everything random: where the stride starts, the bootstrap, random directions.",
    default: 0,
    min: 0,
    advanced: true,
  },
  normalise: {
    kind: "text",
    label: "Normalise",
    help: "The variables that the network works in: auto (those that it was trained in here, else the data’s), none, pooled (one standard deviation for components that the group mixes, zero mean for vectors), per-channel, min-max (least to greatest onto [0, 1], vectors about zero onto [−1, 1]) or min-max:-1..1 onto that range, numbers (1.5+-0.2, mean and standard deviation, or 0..2, a range onto [0, 1]), log or log+1e-6 of positive fields; for single fields like pooled,density=log/pooled; or a file with mean and std, or min and max (onto [0, 1]), a channel.",
    default: "auto",
    example: "pooled,density=log/pooled",
    advanced: true,
    needs: "model",
  },
  pad: {
    kind: "text",
    label: "Pad",
    help: "Cells around the network’s input, cut off its output again: circular:4 by four at either end (circular, zero, replicate, reflect), zero:2+3, circular:/16 to extents that 16 divides; auto: as it was trained here, else none.",
    default: "auto",
    example: "circular:4",
    advanced: true,
    needs: "model",
    of: "fields",
  },
  executor: {
    kind: "choice",
    label: "Executor",
    help: "What computes: the fastest that is there, or the float64 reference for small networks.",
    default: "auto",
    options: [
      { value: "auto", label: "Fastest available" },
      { value: "onnxruntime", label: "ONNX Runtime, float32" },
      { value: "tfjs", label: "TensorFlow.js, float32" },
      { value: "reference", label: "Reference, float64 (slow)" },
    ],
    advanced: true,
  },
  device: {
    kind: "text",
    label: "Device",
    help: "Where it is computed: cpu (the same numbers on every machine), webgpu, cuda:0, dml or coreml where they are here, or auto, the fastest by measurement.",
    default: "cpu",
    example: "webgpu",
    check: checkDevice,
    advanced: true,
  },
  fallback: {
    kind: "boolean",
    label: "Fall back",
    help: "Let the CPU take over where the device is not here, cannot compute something or is lost; the run then says so.",
    default: false,
    advanced: true,
  },
  memory: {
    kind: "integer",
    label: "Memory",
    help: "Upper bound for gradients and tangents held at once; less means more passes.",
    default: 2048,
    min: 16,
    unit: "MB",
    advanced: true,
  },
  verify: {
    kind: "integer",
    label: "Verify",
    help: "Recompute this many random entries in float64 and report the largest deviation.",
    default: 0,
    min: 0,
    max: 64,
    advanced: true,
  },
} as const satisfies ParameterSchema;

export const lossInParameter = {
  kind: "choice",
  label: "Loss in",
  help: "The variables that losses compare, where the network has others than the data.",
  default: "network",
  options: [
    { value: "network", label: "The network’s variables" },
    { value: "data", label: "The data’s variables" },
  ],
  advanced: true,
} as const satisfies ParameterSchema[string];

export const lossParameter = {
  kind: "choice",
  label: "Loss",
  help: "Loss of one sample; gradients and influence are of this loss.",
  default: "mse",
  options: [
    {
      value: "mse",
      label: "Mean squared error",
      help: "Mean over all elements of (t − p)², p predicted and t the target.",
    },
    {
      value: "smse",
      label: "Scaled mean squared error",
      help: "Mean over channels c and points of (t − p)²/s_c, s_c = √(mean over points of t²) + 1e-6 of each sample and channel: divided by s, not s² (Amarel et al. 2026, arXiv:2601.20172).",
    },
    {
      value: "relative-l2",
      label: "Relative L2",
      help: "‖t − p‖/‖t‖ over all elements of a sample.",
    },
  ],
} as const satisfies ParameterSchema[string];
