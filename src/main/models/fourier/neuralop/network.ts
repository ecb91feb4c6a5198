/**
 * neuralop's Fourier neural operator (FNO and TFNO, releases 0.3.0 to 2.0.0 and after) as a graph, from the names and
 * shapes of its weights and the arguments it was made with. A block is, unless it is told otherwise,
 *
 *   h ← σ(norm(F⁻¹ R F h + b) + skip(h)),   h ← σ(norm(mlp(h) + skip′(h before)))
 *
 * without σ in the last one. How transforms are normalised does not matter, for what one divides by the other gives back.
 * Before 1.0 one module holds all convolutions, and σ stands before every block's mlp, the last one's too; a block
 * without mlp has one σ then, and two since 2.0.
 * neuralop/models/fno.py and neuralop/layers/ of github.com/neuraloperator/neuraloperator.
 */
import { UserError } from "../../../../shared/errors";
import { fromFloat64, sizeOf, type Tensor } from "../../../../shared/tensor";
import { Builder } from "../../../graph/builder";
import type { Graph, Value } from "../../../graph/ir";
import { simplify } from "../../../graph/simplify";
import { activated, type Activation } from "../../architectures/layers";
import { modesScaled, modesTimes } from "../../architectures/spectral";
import { Weights } from "../../architectures/weights";
import { printable } from "../../../graph/onnx/printable";
import { modesOf } from "./modes";
import { assertFactors, extentsOf, factorisedAt, multipliedOut } from "./factors";
import type { Layout } from "./layout";
import type { Settings } from "./settings";

const EPSILON = 1e-5;

export interface NeuralOperator {
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Names of weights that are no parameters: running statistics. */
  readonly buffers: readonly string[];
  graph(batch: number): Graph;
}

/**
 * @param embedded whether coordinates are appended to the inputs
 * @throws UserError "fno/…" where shapes contradict each other, or the file leaves open what matters
 */
export function neuralOperator(
  layout: Layout,
  settings: Settings,
  points: readonly number[],
  embedded: boolean,
): NeuralOperator {
  const { dimension, layers, shapeOf, names } = layout;
  const inputChannels = layout.liftedChannels - (embedded ? dimension : 0);
  const graph = (batch: number): Graph => {
    const g = new Builder();
    const w = new Weights(g, "float32");
    const parameters = new Map<string, Value>();
    const parameter = (name: string): Value => {
      const known = parameters.get(name);
      if (known !== undefined) return known;
      const value = g.input(name, { dtype: "float32", shape: [...shapeOf(name)] }, "parameter");
      parameters.set(name, value);
      return value;
    };
    const perChannel = (name: string, channels: number): Value => {
      layout.assertSize(name, channels);
      return g.reshape(parameter(name), [1, channels, ...points.map(() => 1)]);
    };
    /** A product with [out, in, 1 …] at every point, and a bias where there is one. */
    const pointwise = (prefix: string, h: Value, from = 0): Value => {
      const [out, inner] = layout.matrix(`${prefix}.weight`);
      const ones = points.map(() => 1);
      const flat = g.reshape(parameter(`${prefix}.weight`), [out, inner, ...ones]);
      const used = g.slice(flat, [{ axis: 1, start: from, end: from + h.shape[1]! }]);
      return g.conv(h, used);
    };
    const biased = (prefix: string, h: Value): Value =>
      names.has(`${prefix}.bias`) ? g.add(h, perChannel(`${prefix}.bias`, h.shape[1]!)) : h;
    const layer = (prefix: string, h: Value): Value => {
      layout.assertInner(`${prefix}.weight`, h.shape[1]!);
      return biased(prefix, pointwise(prefix, h));
    };
    const rest = (prefix: string, first: Value, activation: Activation): Value => {
      let h = first;
      for (let i = 1; names.has(`${prefix}.${i}.weight`); i++) {
        h = layer(`${prefix}.${i}`, activated(w, h, activation));
      }
      return h;
    };
    const mlp = (prefix: string, h: Value, activation: Activation): Value =>
      rest(prefix, layer(`${prefix}.0`, h), activation);

    const skipped = (kind: "fno_skips" | "mlp_skips", i: number, h: Value): Value | null => {
      const prefix = `${layout.prefixOf(kind)}.${i}`;
      if (names.has(`${prefix}.conv.weight`)) return layer(`${prefix}.conv`, h);
      if (names.has(`${prefix}.weight`)) {
        const shape = shapeOf(`${prefix}.weight`);
        if (shape[0] === 1 && layout.width > 1) {
          return biased(prefix, g.mul(perChannel(`${prefix}.weight`, layout.width), h));
        }
        const kernel = shape.slice(2);
        if (kernel.every((taps) => taps === 1)) return layer(prefix, h);
        layout.assertKernel(`${prefix}.weight`, dimension);
        const before = kernel.map((taps) => Math.floor((taps - 1) / 2));
        const after = kernel.map((taps, axis) => taps - 1 - before[axis]!);
        return biased(
          prefix,
          g.conv(h, parameter(`${prefix}.weight`), { pads: [...before, ...after] }),
        );
      }
      const without = kind === "fno_skips" ? settings.fnoSkip : settings.mlpSkip;
      if (without === undefined) throw untoldSkip(kind, layout.prefixOf(kind));
      return without === "identity" ? h : null;
    };

    const normed = (at: number, h: Value): Value => {
      const prefix = `${layout.blocks}.norm.${at}`;
      const rank = h.shape.length;
      if (names.has(`${prefix}.norm.running_mean`)) {
        const inner = `${prefix}.norm`;
        const [mean, variance] = ["running_mean", "running_var"].map((name) =>
          perChannel(`${inner}.${name}`, layout.width),
        );
        const scaled = g.div(g.sub(h, mean!), g.sqrt(g.add(variance!, EPSILON)));
        return affine(inner, scaled);
      }
      if (names.has(`${prefix}.weight`)) {
        return affine(prefix, standardised(h, settings.normGroups));
      }
      return settings.norm === "instance" ? standardised(h, h.shape[1]!) : h;

      function affine(name: string, scaled: Value): Value {
        if (!names.has(`${name}.weight`)) return scaled;
        const product = g.mul(scaled, perChannel(`${name}.weight`, layout.width));
        return biased(name, product);
      }

      function standardised(values: Value, groups: number): Value {
        const [n, channels] = values.shape as [number, number];
        if (!(groups > 0) || channels % groups !== 0) {
          throw new UserError(
            "fno/argument",
            `${channels} channels are not divided by norm_groups ${groups}.`,
            { where: "norm_groups", todo: "State the number of groups of the training." },
          );
        }
        const grouped = g.reshape(values, [n, groups, sizeOf(values.shape) / (n * groups)]);
        const centred = g.sub(grouped, g.mean(grouped, [2], true));
        const variance = g.mean(g.mul(centred, centred), [2], true);
        const unit = g.div(centred, g.sqrt(g.add(variance, EPSILON)));
        return g.reshape(unit, values.shape.slice(0, rank));
      }
    };

    const convolved = (i: number, h: Value): Value => {
      const { prefix, layer: joint } = layout.spectral(i);
      const weight = factorisedAt(prefix, names);
      assertFactors(weight, shapeOf);
      const extents = extentsOf(weight, shapeOf).slice(joint === null ? 0 : 1);
      const channelAxes = extents.length - dimension;
      layout.assertSpectral(prefix, extents, channelAxes);
      const grid = h.shape.slice(2);
      const modeExtents = extents.slice(channelAxes);
      const { kept, placed, cuts } = modesOf(
        grid,
        modeExtents,
        settings.modes ?? modeExtents,
        settings.release ?? (layout.old ? "1.0" : undefined),
      );
      const whole = multipliedOut(g, weight, parameter, joint);
      const used = g.slice(
        whole,
        cuts.map(({ start, end }, axis) => ({ axis: channelAxes + axis, start, end })),
      );
      const times = channelAxes === 1 ? modesScaled : modesTimes;
      const y = times(w, h, used, kept, placed);
      const bias = layout.spectralBias(i);
      if (bias === undefined) return y;
      const { name, layer: at } = bias;
      layout.assertSize(name, layout.width * (at === null ? 1 : layers));
      const values = parameter(name);
      const own = at === null ? values : g.slice(values, [{ axis: 0, start: at, end: at + 1 }]);
      return g.add(y, g.reshape(own, [1, layout.width, ...grid.map(() => 1)]));
    };

    const block = (i: number, before: Value): Value => {
      const { activation, preactivation, stabilized } = settings;
      const last = i === layers - 1;
      const hasMlp = layout.hasMlp;
      // Before 1.0 a block without mlp has one norm.
      const norms = layout.old && !hasMlp ? 1 : 2;
      const active = (h: Value): Value => activated(w, h, activation);
      const sum = (a: Value, b: Value | null): Value => (b === null ? a : g.add(a, b));
      // The mlp within a block has GELU, whatever the operator has.
      const mixed = (h: Value, skip: Value | null): Value =>
        sum(mlp(`${layout.prefixOf("mlp")}.${i}.fcs`, h, "gelu"), skip);

      const x = preactivation ? normed(norms * i, active(before)) : before;
      const skip = skipped("fno_skips", i, x);
      const mlpSkip = hasMlp ? skipped("mlp_skips", i, x) : null;
      const y = convolved(i, stabilized ? g.tanh(x) : x);
      if (preactivation) {
        const h = sum(y, skip);
        if (layout.old && !hasMlp) return h;
        const second = normed(norms * i + 1, last ? h : active(h));
        return hasMlp ? mixed(second, mlpSkip) : second;
      }
      const h = sum(normed(norms * i, y), skip);
      if (layout.old) {
        if (!hasMlp) return last ? h : active(h);
        const out = normed(norms * i + 1, mixed(active(h), mlpSkip));
        return last ? out : active(out);
      }
      const first = last ? h : active(h);
      const out = normed(norms * i + 1, hasMlp ? mixed(first, mlpSkip) : first);
      return last ? out : active(out);
    };

    const x = g.input("x", { dtype: "float32", shape: [batch, inputChannels, ...points] });
    let lifted = pointwise("lifting.fcs.0", x);
    if (embedded) {
      const places = g.constant(
        coordinates(points, settings.embedding ?? points.map(() => [0, 1])),
      );
      lifted = g.add(lifted, pointwise("lifting.fcs.0", places, inputChannels));
    }
    // Before 1.0 the lifting has GELU, whatever the operator has.
    const lifting = layout.old ? "gelu" : settings.activation;
    let h = rest("lifting.fcs", biased("lifting.fcs.0", lifted), lifting);
    const margins = points.map((count, axis) => rounded(settings.padding[axis]! * count));
    const front = settings.paddedSides === "both" ? margins : points.map(() => 0);
    h = g.pad(h, [0, 0, ...front, 0, 0, ...margins]);
    for (let i = 0; i < layers; i++) h = block(i, h);
    h = g.slice(
      h,
      points.map((count, axis) => ({
        axis: 2 + axis,
        start: front[axis]!,
        end: front[axis]! + count,
      })),
    );
    const y = mlp("projection.fcs", h, settings.activation);
    assertAllUsed(names, parameters);
    return simplify({
      inputs: [x, ...parameters.values()],
      outputs: [{ name: "y", value: y }],
    });
  };
  const buffers = [...names].filter((name) => /\.running_(mean|var)$/.test(name));
  return { inputChannels, outputChannels: layout.outputChannels, buffers, graph };
}

/** A weight that has no place is a part of the network that would be missing. */
function assertAllUsed(names: ReadonlySet<string>, used: ReadonlyMap<string, Value>): void {
  const left = [...names].filter((name) => !used.has(name));
  if (left.length === 0) return;
  throw new UserError(
    "fno/layer",
    `The checkpoint has ${printable(left.slice(0, 3).join(", "))}${left.length > 3 ? ` and ${left.length - 3} more` : ""}, which neuralop’s FNO has not.`,
    {
      where: left[0]!,
      todo: "Export the network itself with noetherscope_export.py.",
    },
  );
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

/** Python's round: halves to the even number. */
function rounded(x: number): number {
  const down = Math.floor(x);
  if (x - down === 0.5) return down % 2 === 0 ? down : down + 1;
  return Math.round(x);
}

/** [1, axis, …points]: n points from the first coordinate on, the last one step short of the end. */
function coordinates(
  points: readonly number[],
  ends: readonly (readonly [number, number])[],
): Tensor {
  const cells = sizeOf(points);
  const values = points.flatMap((count, axis) => {
    const inner = sizeOf(points.slice(axis + 1));
    const [from, to] = ends[axis]!;
    return Array.from(
      { length: cells },
      (_, cell) => from + ((Math.floor(cell / inner) % count) * (to - from)) / count,
    );
  });
  return fromFloat64("float32", [1, points.length, ...points], values);
}
