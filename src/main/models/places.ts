/** Where a network uses its tensors: which of their axes is a layer's input, and in which order they are used. */
import type { OnnxModel } from "../graph/onnx/model";

export interface Use {
  /** Of a matrix or a convolution's weights; undefined where the nodes do not tell. */
  readonly order: "in-first" | "out-first" | undefined;
  /** Weights of a transposed convolution, whose first axes are [in, out]. */
  readonly transposedConvolution: boolean;
  /** Among all uses, the first one. */
  readonly rank: number;
}

/** By the name of the tensor in the file, and of Identity copies of it. */
export function usesOf({ nodes, initializers, copies }: OnnxModel): Map<string, Use> {
  const uses = new Map<string, Use>();
  /** Outputs of nodes that only move a tensor's axes or numbers: whose they are, and whether axes are exchanged. */
  const moved = new Map<string, { of: string; exchanged: boolean }>();
  const sourceOf = (name: string): { of: string; exchanged: boolean } | undefined =>
    initializers.has(name) || copies.has(name) ? { of: name, exchanged: false } : moved.get(name);
  let rank = 0;
  for (const { opType, input, output, attribute } of nodes) {
    const copy = opType === "Identity" && copies.has(output[0] ?? "");
    for (const [at, name] of input.entries()) {
      const source = sourceOf(name);
      if (source === undefined || copy) continue;
      const { of, exchanged } = source;
      if (movers.has(opType) && at === 0 && output[0] !== undefined) {
        moved.set(output[0], { of, exchanged: exchanged !== (opType === "Transpose") });
        continue;
      }
      if (uses.has(of)) continue;
      const transB = attribute.some(({ name: key, i }) => key === "transB" && Number(i) === 1);
      const inFirst = firstIsInput(opType, at, transB);
      uses.set(of, {
        order: inFirst === undefined ? undefined : inFirst !== exchanged ? "in-first" : "out-first",
        transposedConvolution: opType === "ConvTranspose" && at === 1,
        rank: rank++,
      });
    }
  }
  return uses;
}

const movers = new Set(["Identity", "Transpose", "Reshape", "Unsqueeze", "Squeeze", "Cast"]);

/** Whether the first axis of operand `at` is summed over: it is the layer's input. */
function firstIsInput(opType: string, at: number, transB: boolean): boolean | undefined {
  if (opType === "MatMul") return at === 1;
  if (opType === "Gemm" && at === 1) return !transB;
  if (opType === "Conv" && at === 1) return false;
  return undefined;
}
