/** Domains of the elementwise operators. */
import type { DType } from "../../../../shared/tensor";
import type { Attributes } from "../../ir";
import type { OpName } from "..";
import { floats, type Domain } from "./domain";
import { between, bits, lattice, offZero, wholes, type Draw, type Random } from "./random";

function unary(draw: Draw, attrs: (random: Random) => Attributes = () => ({})): Domain {
  return (random) => ({ inputs: [floats(random.shape(0, 4), draw)], attrs: attrs(random) });
}

/** Two operands, one or both narrower than the result. */
function binary(left: Draw, right: Draw, attrs: Attributes = {}): Domain {
  return (random) => {
    const shape = random.shape(0, 4);
    const [a, b] = random.shuffled([random.chance() ? shape : random.narrower(shape), shape]);
    return { inputs: [floats(a!, left), floats(b!, right)], attrs };
  };
}

/** As `binary`, on another element type in a third of the cases. */
function alsoOn(dtypes: readonly DType[], draw: Draw, domain: Domain): Domain {
  return (random) => {
    const { inputs, attrs } = domain(random);
    if (random.chance(2 / 3)) return { inputs, attrs };
    const dtype = random.pick(dtypes);
    return { inputs: inputs.map(({ shape }) => ({ dtype, shape, draw })), attrs };
  };
}

const smooth = between(-1.5, 1.5);
/** Reciprocals, logarithms and powers bend sharply near 0, where differences would be coarse. */
const positive = between(0.5, 2);
const offPole: Draw = (random, size) =>
  positive(random, size).map((x) => (random.chance() ? x : -x));
/** Wherever two of these differ, they do by 0.1 or more; they tie only among themselves. */
const even = lattice(0.2, 0, 6);
const odd = lattice(0.2, 0.1, 6);
const small: readonly DType[] = ["int32", "int64"];

const arithmetic = (left: Draw, right: Draw): Domain =>
  alsoOn(
    small,
    (random, size) => offZero(random, size).map((x) => Math.sign(x) * Math.ceil(Math.abs(x) * 6)),
    binary(left, right),
  );
const comparison = alsoOn(small, wholes(-2, 2), binary(even, odd));
const logical: Domain = (random) => {
  const { inputs, attrs } = binary(bits, bits)(random);
  return { inputs: inputs.map((input) => ({ ...input, dtype: "bool" })), attrs };
};
const alpha = (random: Random): Attributes => ({ alpha: random.uniform(0.01, 1.5) });
/** Ties to the even neighbour included: that operator has no derivative to take beside them. */
const halves = lattice(0.5, 0, 7);
const offWhole: Draw = (random, size) =>
  wholes(-3, 3)(random, size).map(
    (x) => x + random.uniform(0.1, 0.4) + (random.chance() ? 0.5 : 0),
  );
const special: Draw = (random, size) =>
  Array.from({ length: size }, () => random.pick([0, -1.5, NaN, Infinity, -Infinity]));

export const elementwise = {
  Abs: unary(offZero),
  Acos: unary(between(-0.8, 0.8)),
  Acosh: unary(between(1.3, 3)),
  Add: arithmetic(smooth, smooth),
  And: logical,
  Asin: unary(between(-0.8, 0.8)),
  Asinh: unary(smooth),
  Atan: unary(smooth),
  Atanh: unary(between(-0.8, 0.8)),
  Cast: (random) => {
    const type: DType = random.pick(["float64", "int32", "int64", "bool"]);
    const to: DType = random.pick(["float32", "float64", "int32", "int64", "bool"]);
    const draw = type === "bool" ? bits : type === "float64" ? offWhole : wholes(-3, 3);
    return { inputs: [{ dtype: type, shape: random.shape(0, 3), draw }], attrs: { to } };
  },
  Ceil: unary(offWhole),
  Cos: unary(smooth),
  Cosh: unary(smooth),
  Div: arithmetic(smooth, offPole),
  Elu: unary(offZero, alpha),
  Equal: comparison,
  Erf: unary(between(-3, 3)),
  Exp: unary(smooth),
  Floor: unary(offWhole),
  Greater: comparison,
  GreaterOrEqual: comparison,
  IsInf: unary(special),
  IsNaN: unary(special),
  LeakyRelu: unary(offZero, alpha),
  Less: comparison,
  LessOrEqual: comparison,
  Log: unary(positive),
  Max: arithmetic(even, odd),
  Min: arithmetic(even, odd),
  // a/b stays off whole numbers, where the floored quotient jumps.
  Mod: (random) =>
    random.chance()
      ? binary(lattice(1, 0.5, 3), (r, size) => wholes(0, 1)(r, size).map((i) => 2 * i - 1), {
          fmod: true,
        })(random)
      : {
          inputs: binary(
            smooth,
            smooth,
          )(random).inputs.map(({ shape }, i) => ({
            dtype: "int64",
            shape,
            draw:
              i === 0
                ? wholes(-7, 7)
                : (r, size) => wholes(1, 4)(r, size).map((x) => (r.chance() ? x : -x)),
          })),
          attrs: { fmod: random.chance() },
        },
  Mul: arithmetic(smooth, smooth),
  Neg: unary(smooth),
  Not: (random) => ({
    inputs: [{ dtype: "bool", shape: random.shape(0, 3), draw: bits }],
    attrs: {},
  }),
  Or: logical,
  Pow: binary(positive, smooth),
  Reciprocal: unary(offPole),
  Relu: unary(offZero),
  Round: unary(halves),
  Sigmoid: unary(between(-4, 4)),
  Sign: unary(offZero),
  Sin: unary(smooth),
  Sinh: unary(smooth),
  Softplus: unary(between(-4, 4)),
  Sqrt: unary(positive),
  Sub: arithmetic(smooth, smooth),
  Tan: unary(between(-1.1, 1.1)),
  Tanh: unary(smooth),
  Where: (random) => {
    const shape = random.shape(0, 4);
    const [condition, a, b] = random.shuffled([
      shape,
      random.narrower(shape),
      random.narrower(shape),
    ]);
    return {
      inputs: [
        { dtype: "bool", shape: condition!, draw: bits },
        floats(a!, smooth),
        floats(b!, smooth),
      ],
      attrs: {},
    };
  },
  Xor: logical,
} satisfies Partial<Record<OpName, Domain>>;
