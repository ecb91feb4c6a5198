/**
 * Layers of neuralop's operator over one checkpoint's weights: products at every point, mlps of channels, skips, norms and
 * spectral convolutions, each by the names that its layout gives.
 * neuralop/layers/ of github.com/neuraloperator/neuraloperator.
 */
import { UserError } from "../../../../shared/errors";
import { sizeOf } from "../../../../shared/tensor";
import type { Builder } from "../../../graph/builder";
import type { Value } from "../../../graph/ir";
import { activated, type Activation } from "../../architectures/layers";
import { modesScaled, modesTimes } from "../../architectures/spectral";
import { Weights } from "../../architectures/weights";
import { assertFactors, extentsOf, factorisedAt, multipliedOut } from "./factors";
import type { Layout } from "./layout";
import { modesOf } from "./modes";
import type { Settings } from "./settings";

/** Of all norms, as PyTorch's. */
const EPSILON = 1e-5;

export class Layers {
  /** Inputs of the graph that hold weights, by their names, in the order of their use. */
  readonly parameters = new Map<string, Value>();
  readonly #w: Weights;

  constructor(
    readonly g: Builder,
    readonly layout: Layout,
    readonly settings: Settings,
  ) {
    this.#w = new Weights(g, "float32");
  }

  activated(h: Value, activation: Activation): Value {
    return activated(this.#w, h, activation);
  }

  /** A product with `weight` [out, in, 1 …] at every point, and `bias` where there is one. */
  layer(prefix: string, h: Value): Value {
    this.layout.assertInner(`${prefix}.weight`, h.shape[1]!);
    return this.biased(prefix, this.pointwise(prefix, h));
  }

  /** The product alone, with the columns of the weights from `from` on. */
  pointwise(prefix: string, h: Value, from = 0): Value {
    const { g } = this;
    const [out, inner] = this.layout.matrix(`${prefix}.weight`);
    const ones = h.shape.slice(2).map(() => 1);
    const flat = g.reshape(this.#parameter(`${prefix}.weight`), [out, inner, ...ones]);
    return g.conv(h, g.slice(flat, [{ axis: 1, start: from, end: from + h.shape[1]! }]));
  }

  biased(prefix: string, h: Value): Value {
    const name = `${prefix}.bias`;
    return this.layout.names.has(name) ? this.g.add(h, this.#perChannel(name, h)) : h;
  }

  /** `fcs.0`, `fcs.1` … with the activation between them. */
  mlp(prefix: string, h: Value, activation: Activation): Value {
    return this.rest(prefix, this.layer(`${prefix}.fcs.0`, h), activation);
  }

  /** What comes after the first of them. */
  rest(prefix: string, first: Value, activation: Activation): Value {
    let h = first;
    for (let i = 1; this.layout.names.has(`${prefix}.fcs.${i}.weight`); i++) {
      h = this.layer(`${prefix}.fcs.${i}`, this.activated(h, activation));
    }
    return h;
  }

  /**
   * A product of channels, one with a number a channel, a convolution over neighbours, the state itself, or null.
   * @throws UserError "fno/skip" where it has no weights and nothing says which of the last two it is
   */
  skipped(kind: "fno_skips" | "mlp_skips", i: number, h: Value): Value | null {
    const { g, layout, settings } = this;
    const prefix = `${layout.prefixOf(kind)}.${i}`;
    const weight = `${prefix}.weight`;
    if (layout.names.has(`${prefix}.conv.weight`)) return this.layer(`${prefix}.conv`, h);
    if (layout.names.has(weight)) {
      const [first, , ...kernel] = layout.shapeOf(weight);
      if (first === 1 && layout.width > 1) {
        return this.biased(prefix, g.mul(this.#perChannel(weight, h), h));
      }
      if (kernel.every((taps) => taps === 1)) return this.layer(prefix, h);
      layout.assertKernel(weight, layout.dimension);
      // Of an even number of taps, the odd one out lies behind.
      const before = kernel.map((taps) => Math.floor((taps - 1) / 2));
      const after = kernel.map((taps, axis) => taps - 1 - before[axis]!);
      const pads = [...before, ...after];
      return this.biased(prefix, g.conv(h, this.#parameter(weight), { pads }));
    }
    const without = kind === "fno_skips" ? settings.fnoSkip : settings.mlpSkip;
    if (without === undefined) throw untoldSkip(kind, layout.prefixOf(kind));
    return without === "identity" ? h : null;
  }

  /** The norm of that number: by running statistics, in groups, of each channel of a sample, or none. */
  normed(at: number, h: Value): Value {
    const { g, layout, settings } = this;
    const prefix = `${layout.blocks}.norm.${at}`;
    if (layout.names.has(`${prefix}.norm.running_mean`)) {
      const inner = `${prefix}.norm`;
      const [mean, variance] = ["running_mean", "running_var"].map((name) =>
        this.#perChannel(`${inner}.${name}`, h),
      );
      const unit = g.div(g.sub(h, mean!), g.sqrt(g.add(variance!, EPSILON)));
      return this.#affine(inner, unit);
    }
    if (layout.names.has(`${prefix}.weight`)) {
      return this.#affine(prefix, this.#standardised(h, settings.normGroups));
    }
    return settings.norm === "instance" ? this.#standardised(h, h.shape[1]!) : h;
  }

  /** F⁻¹ R F h + b of a block. @throws UserError "fno/release", "fno/shapes", "fno/layer" */
  convolved(i: number, h: Value): Value {
    const { g, layout, settings } = this;
    const { names, shapeOf, dimension, width } = layout;
    const parameter = (name: string): Value => this.#parameter(name);
    const { prefix, layer } = layout.spectral(i);
    const weight = factorisedAt(prefix, names);
    assertFactors(weight, shapeOf);
    const extents = extentsOf(weight, shapeOf).slice(layer === null ? 0 : 1);
    const channelAxes = extents.length - dimension;
    layout.assertSpectral(prefix, extents, channelAxes);
    const modeExtents = extents.slice(channelAxes);
    const { kept, placed, cuts } = modesOf(
      h.shape.slice(2),
      modeExtents,
      settings.modes ?? modeExtents,
      settings.release ?? (layout.old ? "1.0" : undefined),
    );
    const used = g.slice(
      multipliedOut(g, weight, parameter, layer),
      cuts.map(({ start, end }, axis) => ({ axis: channelAxes + axis, start, end })),
    );
    const times = channelAxes === 1 ? modesScaled : modesTimes;
    const y = times(this.#w, h, used, kept, placed);
    const bias = layout.spectralBias(i);
    if (bias === undefined) return y;
    const { name, layer: at } = bias;
    layout.assertSize(name, width * (at === null ? 1 : layout.layers));
    const own =
      at === null
        ? parameter(name)
        : g.slice(parameter(name), [{ axis: 0, start: at, end: at + 1 }]);
    return g.add(y, g.reshape(own, [1, width, ...h.shape.slice(2).map(() => 1)]));
  }

  #parameter(name: string): Value {
    const known = this.parameters.get(name);
    if (known !== undefined) return known;
    const shape = [...this.layout.shapeOf(name)];
    const value = this.g.input(name, { dtype: "float32", shape }, "parameter");
    this.parameters.set(name, value);
    return value;
  }

  /** A number for each channel of `h`. */
  #perChannel(name: string, h: Value): Value {
    const channels = h.shape[1]!;
    this.layout.assertSize(name, channels);
    return this.g.reshape(this.#parameter(name), [1, channels, ...h.shape.slice(2).map(() => 1)]);
  }

  #affine(prefix: string, unit: Value): Value {
    if (!this.layout.names.has(`${prefix}.weight`)) return unit;
    return this.biased(prefix, this.g.mul(unit, this.#perChannel(`${prefix}.weight`, unit)));
  }

  #standardised(h: Value, groups: number): Value {
    const { g } = this;
    const [n, channels] = h.shape as [number, number];
    if (!(groups > 0) || channels % groups !== 0) {
      throw new UserError(
        "fno/argument",
        `${channels} channels are not divided by norm_groups ${groups}.`,
        { where: "norm_groups", todo: "State the number of groups of the training." },
      );
    }
    const grouped = g.reshape(h, [n, groups, sizeOf(h.shape) / (n * groups)]);
    const centred = g.sub(grouped, g.mean(grouped, [2], true));
    const variance = g.mean(g.mul(centred, centred), [2], true);
    return g.reshape(g.div(centred, g.sqrt(g.add(variance, EPSILON))), h.shape);
  }
}

function untoldSkip(kind: "fno_skips" | "mlp_skips", prefix: string): UserError {
  const argument = kind === "fno_skips" ? "fno_skip" : "channel_mlp_skip";
  return new UserError(
    "fno/skip",
    `The checkpoint has no ${prefix}: whether that skip is the identity or left out is not said.`,
    {
      where: argument,
      todo: `State it: noetherscope model build … --init ${argument}=identity, or ${argument}=none.`,
    },
  );
}
