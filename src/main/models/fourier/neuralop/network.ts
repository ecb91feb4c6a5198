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
import { printable } from "../../../graph/onnx/printable";
import { simplify } from "../../../graph/simplify";
import { Layers } from "./layers";
import type { Layout } from "./layout";
import type { Settings } from "./settings";

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
  const inputChannels = layout.liftedChannels - (embedded ? layout.dimension : 0);
  const graph = (batch: number): Graph => {
    const g = new Builder();
    const layers = new Layers(g, layout, settings);
    const x = g.input("x", { dtype: "float32", shape: [batch, inputChannels, ...points] });
    let lifted = layers.pointwise("lifting.fcs.0", x);
    if (embedded) {
      const places = g.constant(
        coordinates(points, settings.embedding ?? points.map(() => [0, 1])),
      );
      lifted = g.add(lifted, layers.pointwise("lifting.fcs.0", places, inputChannels));
    }
    // Before 1.0 the lifting has GELU, whatever the operator has.
    const lifting = layout.old ? "gelu" : settings.activation;
    let h = layers.rest("lifting", layers.biased("lifting.fcs.0", lifted), lifting);
    const margins = points.map((count, axis) => rounded(settings.padding[axis]! * count));
    const front = settings.paddedSides === "both" ? margins : points.map(() => 0);
    h = g.pad(h, [0, 0, ...front, 0, 0, ...margins]);
    for (let i = 0; i < layout.layers; i++) h = block(layers, i, h);
    h = g.slice(
      h,
      points.map((count, axis) => ({
        axis: 2 + axis,
        start: front[axis]!,
        end: front[axis]! + count,
      })),
    );
    const y = layers.mlp("projection", h, settings.activation);
    const { parameters } = layers;
    assertAllUsed(layout.names, parameters);
    return simplify({
      inputs: [x, ...parameters.values()],
      outputs: [{ name: "y", value: y }],
    });
  };
  const { names, outputChannels } = layout;
  const buffers = [...names].filter((name) => /\.running_(mean|var)$/.test(name));
  return { inputChannels, outputChannels, buffers, graph };
}

function block(layers: Layers, i: number, before: Value): Value {
  const { g, layout, settings } = layers;
  const { activation, preactivation, stabilized } = settings;
  const { old, hasMlp } = layout;
  const last = i === layout.layers - 1;
  // Before 1.0 a block without mlp has one norm.
  const norms = old && !hasMlp ? 1 : 2;
  const active = (h: Value): Value => layers.activated(h, activation);
  const sum = (a: Value, b: Value | null): Value => (b === null ? a : g.add(a, b));
  // The mlp within a block has GELU, whatever the operator has.
  const mixed = (h: Value, skip: Value | null): Value =>
    sum(layers.mlp(`${layout.prefixOf("mlp")}.${i}`, h, "gelu"), skip);

  const x = preactivation ? layers.normed(norms * i, active(before)) : before;
  const skip = layers.skipped("fno_skips", i, x);
  const mlpSkip = hasMlp ? layers.skipped("mlp_skips", i, x) : null;
  const y = layers.convolved(i, stabilized ? g.tanh(x) : x);
  if (preactivation) {
    const h = sum(y, skip);
    if (old && !hasMlp) return h;
    const second = layers.normed(norms * i + 1, last ? h : active(h));
    return hasMlp ? mixed(second, mlpSkip) : second;
  }
  const h = sum(layers.normed(norms * i, y), skip);
  if (old && !hasMlp) return last ? h : active(h);
  const first = last && !old ? h : active(h);
  const out = layers.normed(norms * i + 1, hasMlp ? mixed(first, mlpSkip) : first);
  return last ? out : active(out);
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
