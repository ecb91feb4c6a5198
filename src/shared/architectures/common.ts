/** Parameters that several architectures have, by the same names. */
import type { Parameter } from "../parameters";

/** Of convolutions: channels, or of transformers: numbers a token. */
export const width = (
  value: number,
  label = "Channels",
): Extract<Parameter, { kind: "integer" }> => ({
  kind: "integer",
  label,
  help: "Numbers that the network holds at a place; parameters grow with its square.",
  default: value,
  min: 1,
  max: 4096,
});

export const depth = (value: number, what: string): Extract<Parameter, { kind: "integer" }> => ({
  kind: "integer",
  label: "Depth",
  help: `${what}.`,
  default: value,
  min: 1,
  max: 64,
});

export const kernel = {
  kind: "integer",
  label: "Kernel",
  help: "Points a side of a convolution’s kernel, an odd number.",
  default: 3,
  min: 1,
  max: 15,
} as const satisfies Parameter;

export const activation = {
  kind: "choice",
  label: "Activation",
  help: "What is applied to each number between layers; all but ReLU are smooth.",
  default: "gelu",
  options: [
    { value: "gelu", label: "GELU" },
    { value: "silu", label: "SiLU" },
    { value: "tanh", label: "tanh" },
    { value: "relu", label: "ReLU" },
  ],
  advanced: true,
} as const satisfies Parameter;

export const norm = {
  kind: "choice",
  label: "Normalisation",
  help: "Zero mean and unit variance over groups of channels and all points of a sample; without it a pass is faster.",
  default: "group",
  options: [
    { value: "group", label: "groups of channels" },
    { value: "none", label: "none" },
  ],
  advanced: true,
} as const satisfies Parameter;

export const edges = {
  kind: "choice",
  label: "Beyond an edge",
  help: "What convolutions see beyond the edge of an axis that is not periodic; periodic axes always go round.",
  default: "replicate",
  options: [
    { value: "replicate", label: "the edge again" },
    { value: "zeros", label: "zeros" },
  ],
  advanced: true,
} as const satisfies Parameter;

export const prediction = {
  kind: "choice",
  label: "Prediction",
  help: "Whether the network gives the change of the state or the next state itself; the change needs an output of the input’s kind.",
  default: "change",
  options: [
    { value: "change", label: "the change" },
    { value: "state", label: "the next state" },
  ],
} as const satisfies Parameter;
