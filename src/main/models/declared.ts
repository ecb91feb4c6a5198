/**
 * Which tensors the exporter says are trained. noetherscope_export.py lists parameters, frozen parameters and buffers;
 * torch.export keeps the signature of the network, from which PyTorch's newer exporter takes the initializers' names:
 * https://docs.pytorch.org/docs/stable/export.html#torch.export.ExportGraphSignature
 */
import { z } from "zod";
import { toFloat64, type Tensor } from "../../shared/tensor";
import type { OnnxModel } from "../graph/onnx/model";
import { printable } from "../graph/onnx/printable";

/** Names in PyTorch. */
export interface Declared {
  readonly trained: ReadonlySet<string>;
  /** Buffers, frozen parameters and constants. */
  readonly fixed: ReadonlySet<string>;
  /** Whether the exporter computes what is constant, so that parameters may be gone. Ours does not. */
  readonly folds: boolean;
}

const OURS = "noetherscope";
const SIGNATURE = "pkg.torch.export.ExportedProgram.graph_signature";

const metadata = z.object({
  parameters: z.array(z.string()),
  frozen: z.array(z.string()).default([]),
  buffers: z.array(z.string()).default([]),
});

/** Undefined where the file says nothing, as those of PyTorch's tracing exporter. */
export function declaredBy({ proto }: OnnxModel): Declared | undefined {
  const ours = proto.metadataProps.find(({ key }) => key === OURS);
  const lists = ours === undefined ? undefined : parsed(ours.value);
  if (lists !== undefined) {
    const { parameters, frozen, buffers } = lists;
    // A network whose weights are all frozen was prepared for inference; what it learnt is still in them.
    return parameters.length > 0
      ? { trained: new Set(parameters), fixed: new Set([...frozen, ...buffers]), folds: false }
      : { trained: new Set(frozen), fixed: new Set(buffers), folds: false };
  }
  const signature = proto.graph?.metadataProps.find(({ key }) => key === SIGNATURE);
  return signature === undefined ? undefined : ofSignature(signature.value);
}

function parsed(text: string): z.infer<typeof metadata> | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Another program's entry under our key says nothing of parameters.
    return undefined;
  }
  return metadata.safeParse(json).data;
}

/** `p_w: PARAMETER target='w'` since PyTorch 2.7, `kind=<InputKind.PARAMETER: 2>, arg=…(name='p_w'), target='w'` before. */
function ofSignature(text: string): Declared {
  const declared = { trained: new Set<string>(), fixed: new Set<string>(), folds: true };
  const inputs =
    /\b(PARAMETER|BUFFER|CONSTANT_TENSOR)(?:: \d+>, arg=\w+\(name='[^']*'\),)? target='([^']*)'/g;
  for (const [, kind, name] of text.matchAll(inputs)) {
    declared[kind === "PARAMETER" ? "trained" : "fixed"].add(name!);
  }
  return declared;
}

/**
 * Whether a float tensor of the file may be trained. A parameter that the exporter folded, as into its transpose, is
 * there under a made-up name: while parameters are missing, tensors of unknown names are taken for theirs, less those
 * that only a constant is: masks, and the ones and zeros by which a normalisation in groups is written.
 * @returns of its name in the file and its name in PyTorch, where a checkpoint tells that
 */
export function trainable(
  model: OnnxModel,
  stored: ReadonlyMap<string, Tensor>,
): (name: string, inPytorch: string) => boolean {
  const declared = declaredBy(model);
  if (declared === undefined) return (name) => stored.get(name)!.shape.length > 0;
  const { trained, fixed } = declared;
  const folded = [...trained].some((name) => !stored.has(name));
  const neutral = neutralTensors(model, stored);
  return (name, inPytorch) => {
    if (trained.has(inPytorch)) return true;
    const tensor = stored.get(name)!;
    if (!folded || fixed.has(inPytorch) || tensor.shape.length === 0) return false;
    return !neutral.has(name) && !isMask(tensor);
  };
}

/**
 * A sentence on parameters that the exporter folded away, as a BatchNorm into the convolution before it: more are
 * missing than tensors of unknown names are there for them.
 * @param found names of the file's tensors that count as parameters
 */
export function foldedAway(
  model: OnnxModel,
  stored: ReadonlyMap<string, Tensor>,
  found: readonly string[],
): string[] {
  const declared = declaredBy(model);
  if (declared?.folds !== true) return [];
  const missing = [...declared.trained].filter((name) => !stored.has(name));
  if (missing.length <= found.filter((name) => !declared.trained.has(name)).length) return [];
  const names = `${missing.slice(0, 3).join(", ")}${missing.length > 3 ? ` and ${missing.length - 3} more` : ""}`;
  return [
    `${printable(names)}: not in ${model.path} as parameters of their own. The exporter folded them into others, and gradients are of what it made of them; noetherscope_export.py keeps all.`,
  ];
}

/** Several different whole numbers, as no trained tensor has them. */
function isMask(tensor: Tensor): boolean {
  const values = toFloat64(tensor);
  return values.every(isWhole) && values.some((value) => value !== values[0]);
}

function isWhole(value: number): boolean {
  return Number.isInteger(value) || Math.abs(value) === Infinity;
}

/** Scales of ones and shifts of zeros of InstanceNormalization: the operator demands both, the network has neither. */
function neutralTensors(model: OnnxModel, stored: ReadonlyMap<string, Tensor>): Set<string> {
  const neutral = new Set<string>();
  for (const { opType, input } of model.nodes) {
    if (opType !== "InstanceNormalization") continue;
    for (const [name, value] of [
      [input[1] ?? "", 1],
      [input[2] ?? "", 0],
    ] as const) {
      const tensor = stored.get(name);
      if (tensor !== undefined && toFloat64(tensor).every((x) => x === value)) neutral.add(name);
    }
  }
  return neutral;
}
