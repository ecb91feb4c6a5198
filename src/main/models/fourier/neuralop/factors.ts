/**
 * Complex weights [channels…, …modes] of a spectral convolution, whole or as the factors that TensorLy-Torch keeps: they
 * are multiplied out in the graph, so that the factors are what is trained.
 *
 *   Tucker  T = G ×₁ U₁ ×₂ U₂ …        core and factors.factor_i [extent, rank]
 *   CP      T = Σ_r w_r U₁[:, r] ⊗ …    weights [rank] and factors.factor_i [extent, rank]
 *   TT      T = U₁[:, i, :] U₂[:, j, :] …   factors.factor_i [rank, extent, rank]
 *
 * Kolda and Bader 2009, doi:10.1137/07070111X; Oseledets 2011, doi:10.1137/090752286. Names:
 * tltorch/factorized_tensors of github.com/tensorly/torch.
 */
import { UserError } from "../../../../shared/errors";
import type { Builder } from "../../../graph/builder";
import type { Value } from "../../../graph/ir";

/** Names of a weight's tensors, and how they make it. */
export type Factorised =
  | { readonly kind: "dense"; readonly tensor: string }
  | { readonly kind: "tucker" | "cp"; readonly core: string; readonly factors: readonly string[] }
  | { readonly kind: "tt"; readonly factors: readonly string[] };

/** What is stored under a prefix. @throws UserError "fno/layer" where nothing that is known is */
export function factorisedAt(prefix: string, names: ReadonlySet<string>): Factorised {
  const dense = [prefix, `${prefix}.tensor`].find((name) => names.has(name));
  if (dense !== undefined) return { kind: "dense", tensor: dense };
  const factors: string[] = [];
  while (names.has(`${prefix}.factors.factor_${factors.length}`)) {
    factors.push(`${prefix}.factors.factor_${factors.length}`);
  }
  if (factors.length > 0) {
    if (names.has(`${prefix}.core`)) return { kind: "tucker", core: `${prefix}.core`, factors };
    if (names.has(`${prefix}.weights`)) return { kind: "cp", core: `${prefix}.weights`, factors };
    if (!names.has(`${prefix}.factors.factor_${factors.length + 1}`)) {
      return { kind: "tt", factors };
    }
  }
  throw new UserError("fno/layer", `The checkpoint has no ${prefix} whose form is known here.`, {
    where: prefix,
    todo: "Weights are dense, or factors of Tucker, CP or TT as TensorLy-Torch names them.",
  });
}

/** Extents of the whole, without the parts of complex numbers. */
export function extentsOf(
  weight: Factorised,
  shapeOf: (name: string) => readonly number[],
): number[] {
  if (weight.kind === "dense") return shapeOf(weight.tensor).slice(0, -1);
  const axis = weight.kind === "tt" ? 1 : 0;
  return weight.factors.map((name) => shapeOf(name)[axis]!);
}

/** Whether factors and core are of one tensor. @throws UserError "fno/shapes" */
export function assertFactors(
  weight: Factorised,
  shapeOf: (name: string) => readonly number[],
): void {
  if (weight.kind === "dense") return;
  const shapes = weight.factors.map(shapeOf);
  const complex = [...shapes, ...("core" in weight ? [shapeOf(weight.core)] : [])];
  const pairs = complex.every((shape) => shape.at(-1) === 2);
  const fits =
    weight.kind === "tt"
      ? shapes.every(
          (shape, i) =>
            shape.length === 4 &&
            shape[0] === (i === 0 ? 1 : shapes[i - 1]![2]) &&
            (i < shapes.length - 1 || shape[2] === 1),
        )
      : shapes.every((shape, i) => {
          const core = shapeOf(weight.core);
          const rank = weight.kind === "cp" ? core[0] : core[i];
          return shape.length === 3 && shape[1] === rank;
        }) &&
        shapeOf(weight.core).length === (weight.kind === "cp" ? 2 : weight.factors.length + 1);
  if (pairs && fits) return;
  throw new UserError(
    "fno/shapes",
    `${weight.factors[0]!} and its fellows do not fit each other.`,
    {
      where: weight.factors[0]!,
      todo: "Save the checkpoint again.",
    },
  );
}

interface Complex {
  readonly re: Value;
  readonly im: Value;
}

/**
 * [extents…, 2], real and imaginary part last.
 * @param layer where the first axis counts layers of one joint tensor: the one that is wanted, whose axis is left out
 */
export function multipliedOut(
  g: Builder,
  weight: Factorised,
  parameter: (name: string) => Value,
  layer: number | null = null,
): Value {
  const chosen = (value: Value, axis: number): Value =>
    layer === null ? value : g.slice(value, [{ axis, start: layer, end: layer + 1 }]);
  if (weight.kind === "dense") {
    const whole = chosen(parameter(weight.tensor), 0);
    return layer === null ? whole : g.reshape(whole, whole.shape.slice(1));
  }
  const axis = weight.kind === "tt" ? 1 : 0;
  const factors = weight.factors.map((name, i) => {
    const value = parameter(name);
    return apart(g, i === 0 ? chosen(value, axis) : value);
  });
  const extents = factors.map(({ re }) => re.shape[axis]!);
  const whole =
    weight.kind === "tucker"
      ? tucker(g, apart(g, parameter(weight.core)), factors)
      : weight.kind === "cp"
        ? canonical(g, apart(g, parameter(weight.core)), factors)
        : train(g, factors);
  const shape = [...extents.slice(layer === null ? 0 : 1), 1];
  return g.concat([g.reshape(whole.re, shape), g.reshape(whole.im, shape)], shape.length - 1);
}

function apart(g: Builder, x: Value): Complex {
  const axis = x.shape.length - 1;
  const [re, im] = [0, 1].map((part) =>
    g.reshape(g.slice(x, [{ axis, start: part, end: part + 1 }]), x.shape.slice(0, -1)),
  );
  return { re: re!, im: im! };
}

function both(z: Complex, f: (part: Value) => Value): Complex {
  return { re: f(z.re), im: f(z.im) };
}

function product(
  g: Builder,
  a: Complex,
  b: Complex,
  times: (x: Value, y: Value) => Value,
): Complex {
  return {
    re: g.sub(times(a.re, b.re), times(a.im, b.im)),
    im: g.add(times(a.re, b.im), times(a.im, b.re)),
  };
}

function matmul(g: Builder, a: Complex, b: Complex): Complex {
  return product(g, a, b, (x, y) => g.matmul(x, y));
}

/** Each factor takes the core's first axis and puts its own behind the others, so that all come round in order. */
function tucker(g: Builder, core: Complex, factors: readonly Complex[]): Complex {
  return factors.reduce((whole, factor) => {
    const [rank, ...rest] = whole.re.shape as [number, ...number[]];
    const flat = both(whole, (part) =>
      g.transpose(g.reshape(part, [rank, rest.reduce((n, each) => n * each, 1)]), [1, 0]),
    );
    const turned = matmul(
      g,
      flat,
      both(factor, (part) => g.transposeLast(part)),
    );
    return both(turned, (part) => g.reshape(part, [...rest, part.shape[1]!]));
  }, core);
}

function canonical(g: Builder, weights: Complex, factors: readonly Complex[]): Complex {
  const rank = weights.re.shape[0]!;
  const last = factors.at(-1)!;
  const before = factors.slice(0, -1).reduce<Complex>(
    (whole, factor) => {
      const [rows, extent] = [whole.re.shape[0]!, factor.re.shape[0]!];
      const wide = both(whole, (part) => g.reshape(part, [rows, 1, rank]));
      const all = product(g, wide, factor, (x, y) => g.mul(x, y));
      return both(all, (part) => g.reshape(part, [rows * extent, rank]));
    },
    both(weights, (part) => g.reshape(part, [1, rank])),
  );
  return matmul(
    g,
    before,
    both(last, (part) => g.transposeLast(part)),
  );
}

function train(g: Builder, factors: readonly Complex[]): Complex {
  const [first, ...others] = factors as [Complex, ...Complex[]];
  const flat = (z: Complex, rows: number, columns: number): Complex =>
    both(z, (part) => g.reshape(part, [rows, columns]));
  const [, extent, rank] = first.re.shape as [number, number, number];
  return others.reduce(
    (whole, factor) => {
      const [rank, extent, next] = factor.re.shape as [number, number, number];
      const rows = whole.re.shape[0]!;
      const all = matmul(g, whole, flat(factor, rank, extent * next));
      return flat(all, rows * extent, next);
    },
    flat(first, extent, rank),
  );
}
