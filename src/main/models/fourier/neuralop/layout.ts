/**
 * Where neuralop keeps what. Since 1.0 (October 2024) each block has a spectral convolution of its own; before, one
 * module holds the weights of all, one tensor a block or one joint tensor, and mlps are called mlp, not channel_mlp.
 * neuralop/layers/fno_block.py of github.com/neuraloperator/neuraloperator, releases 0.3.0, 1.0.0 and 2.0.0.
 */
import { UserError } from "../../../../shared/errors";
import { sizeOf } from "../../../../shared/tensor";

export interface Layout {
  readonly names: ReadonlySet<string>;
  shapeOf(this: void, name: string): readonly number[];
  /** Whether it is of before 1.0. */
  readonly old: boolean;
  readonly dimension: number;
  readonly layers: number;
  readonly width: number;
  /** What the lifting takes, coordinates included. */
  readonly liftedChannels: number;
  readonly outputChannels: number;
  readonly blocks: string;
  readonly hasMlp: boolean;
  prefixOf(kind: "fno_skips" | "mlp" | "mlp_skips"): string;
  /** Where a block's spectral weights are; `layer` where they are one part of a joint tensor. */
  spectral(block: number): { readonly prefix: string; readonly layer: number | null };
  spectralBias(block: number): { readonly name: string; readonly layer: number | null } | undefined;
  /** [out, in] of a product at every point. */
  matrix(name: string): readonly [number, number];
  assertInner(name: string, channels: number): void;
  assertSize(name: string, size: number): void;
  assertKernel(name: string, dimension: number): void;
  assertSpectral(name: string, extents: readonly number[], channelAxes: number): void;
}

const BLOCKS = "fno_blocks";
const CONVS = `${BLOCKS}.convs`;

/** Whether the names are of this network. */
export function isNeuralOperator(names: Iterable<string>): boolean {
  const there = [...names];
  return (
    there.some((name) => name.startsWith(`${CONVS}.`)) &&
    there.some((name) => /^lifting\.(f[ri]\.)?fcs\.0\.weight$/.test(name))
  );
}

/**
 * @param shapes of the float tensors by name; complex ones with a last axis of two
 * @param stated axes of the grid, where that is known
 * @throws UserError "fno/unsupported", "fno/layer", "fno/shapes"
 */
export function layoutOf(
  shapes: ReadonlyMap<string, readonly number[]>,
  stated: number | undefined,
): Layout {
  const names = new Set(shapes.keys());
  if (names.has("lifting.fr.fcs.0.weight")) {
    throw new UserError("fno/unsupported", "The operator works on complex fields.", {
      where: "lifting.fr",
      todo: "Export it with noetherscope_export.py, in a module that takes and returns real and imaginary parts.",
    });
  }
  const shapeOf = (name: string): readonly number[] => {
    const shape = shapes.get(name);
    if (shape !== undefined) return shape;
    throw new UserError("fno/layer", `The checkpoint has no ${name}.`, { where: name });
  };
  const contradiction = (name: string, wanted: string): UserError =>
    new UserError(
      "fno/shapes",
      `${name} has the shape [${shapeOf(name).join(", ")}]; ${wanted} is wanted by the other weights.`,
      { where: name, todo: "Save the checkpoint again." },
    );
  const matrix = (name: string): readonly [number, number] => {
    const [out, inner, ...taps] = shapeOf(name);
    if (out === undefined || inner === undefined || sizeOf(taps) !== 1) {
      throw contradiction(name, "one tap");
    }
    return [out, inner];
  };
  const numbered = (pattern: RegExp): number =>
    1 + Math.max(-1, ...[...names].map((name) => Number(pattern.exec(name)?.[1] ?? -1)));

  const perBlock = numbered(/^fno_blocks\.convs\.(\d+)\.weight(?:\.|$)/);
  const listed = numbered(/^fno_blocks\.convs\.weight\.(\d+)(?:\.|$)/);
  const old = perBlock === 0;
  const oldBias = names.has(`${CONVS}.bias`) ? shapeOf(`${CONVS}.bias`) : undefined;
  const bias = old ? oldBias?.slice(1) : shapes.get(`${CONVS}.0.bias`);
  const layers = Math.max(perBlock, listed) || jointLayers();
  const last = numbered(/^projection\.fcs\.(\d+)\.weight$/) - 1;
  const final = numbered(/^lifting\.fcs\.(\d+)\.weight$/) - 1;
  const width = matrix(`lifting.fcs.${final}.weight`)[0];
  const mlp = ["channel_mlp", "mlp"].find((name) => names.has(`${BLOCKS}.${name}.0.fcs.0.weight`));
  const dimension = stated ?? (bias === undefined ? undefined : bias.length - 1);
  if (dimension === undefined || dimension < 1 || dimension > 3) {
    throw new UserError(
      "fno/dimension",
      dimension === undefined
        ? "How many axes the operator’s grid has is not said by its weights."
        : `Operators on ${dimension} axes are not built here.`,
      { where: CONVS, todo: "State n_modes, like --init n_modes=[16,16]." },
    );
  }
  const prefixes = { fno_skips: "fno_skips", mlp: mlp ?? "channel_mlp", mlp_skips: "" };
  prefixes.mlp_skips = `${prefixes.mlp}_skips`;

  return {
    names,
    shapeOf,
    old,
    dimension,
    layers,
    width,
    liftedChannels: matrix("lifting.fcs.0.weight")[1],
    outputChannels: matrix(`projection.fcs.${Math.max(0, last)}.weight`)[0],
    blocks: BLOCKS,
    hasMlp: mlp !== undefined,
    prefixOf: (kind) => `${BLOCKS}.${prefixes[kind]}`,
    spectral(block) {
      if (!old) return { prefix: `${CONVS}.${block}.weight`, layer: null };
      return listed > 0
        ? { prefix: `${CONVS}.weight.${block}`, layer: null }
        : { prefix: `${CONVS}.weight`, layer: block };
    },
    spectralBias(block) {
      const name = old ? `${CONVS}.bias` : `${CONVS}.${block}.bias`;
      return names.has(name) ? { name, layer: old ? block : null } : undefined;
    },
    matrix,
    assertInner(name, channels) {
      if (matrix(name)[1] !== channels) throw contradiction(name, `${channels} inputs`);
    },
    assertSize(name, size) {
      if (sizeOf(shapeOf(name)) !== size) throw contradiction(name, `${size} numbers`);
    },
    assertKernel(name, axes) {
      const [out, inner, ...taps] = shapeOf(name);
      if (out === width && inner === width && taps.length === axes) return;
      throw contradiction(name, `a kernel [${width}, ${width}, …] on ${axes} axes`);
    },
    assertSpectral(name, extents, channelAxes) {
      const channels = extents.slice(0, channelAxes);
      const sound = channelAxes === 1 || channelAxes === 2;
      if (sound && channels.every((count) => count === width) && !extents.includes(0)) return;
      throw new UserError(
        "fno/shapes",
        `${name} is of the shape [${extents.join(", ")}]: an operator of ${width} channels on ${dimension} axes has none such.`,
        { where: name, todo: "State n_modes, like --init n_modes=[16,16], if it has other axes." },
      );
    },
  };

  function jointLayers(): number {
    const first = ["", ".tensor", ".factors.factor_0"].map((end) =>
      shapes.get(`${CONVS}.weight${end}`),
    );
    const count = oldBias?.[0] ?? first.find((shape) => shape !== undefined)?.[0];
    if (count !== undefined && count > 0) return count;
    throw new UserError("fno/layer", `The checkpoint has no ${CONVS}.0.weight.`, { where: CONVS });
  }
}
