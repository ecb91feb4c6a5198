/** Activation functions; composites are written out with the primitives. */
import type { Value } from "../../ir";
import type { Call, Converters } from "./call";

/** Selu's constants: the fixed point of zero mean and unit variance. Klambauer et al. 2017, arXiv:1706.02515. */
const SELU = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

function hardSigmoid({ g }: Call, x: Value, alpha: number, beta: number): Value {
  return g.clip(g.add(g.mul(x, alpha), beta), 0, 1);
}

export const activations: Converters = {
  Relu: (call) => call.g.relu(call.input(0)),
  Sigmoid: (call) => call.g.sigmoid(call.input(0)),
  Tanh: (call) => call.g.tanh(call.input(0)),
  Softplus: (call) => call.g.node("Softplus", [call.input(0)]),
  LeakyRelu: (call) =>
    call.g.node("LeakyRelu", [call.input(0)], { alpha: call.float("alpha", 0.01) }),
  Elu: (call) => call.g.node("Elu", [call.input(0)], { alpha: call.float("alpha", 1) }),

  Selu: (call) =>
    call.g.mul(
      call.g.node("Elu", [call.input(0)], { alpha: call.float("alpha", SELU.alpha) })[0]!,
      call.float("gamma", SELU.gamma),
    ),

  /** α·elu(x/α). */
  Celu(call) {
    const alpha = call.float("alpha", 1);
    const [y] = call.g.node("Elu", [call.g.div(call.input(0), alpha)], { alpha: 1 });
    return call.g.mul(y!, alpha);
  },

  /** x Φ(x), or its approximation by tanh. Hendrycks and Gimpel 2016, arXiv:1606.08415. */
  Gelu(call) {
    const { g } = call;
    const x = call.input(0);
    if (call.string("approximate", "none") === "tanh") {
      const cubic = g.add(x, g.mul(g.mul(g.mul(x, x), x), 0.044715));
      return g.mul(g.mul(x, 0.5), g.add(g.tanh(g.mul(cubic, Math.sqrt(2 / Math.PI))), 1));
    }
    return g.mul(g.mul(x, 0.5), g.add(g.erf(g.mul(x, Math.SQRT1_2)), 1));
  },

  HardSigmoid: (call) =>
    hardSigmoid(call, call.input(0), call.float("alpha", 0.2), call.float("beta", 0.5)),
  HardSwish: (call) => call.g.mul(call.input(0), hardSigmoid(call, call.input(0), 1 / 6, 0.5)),
  Mish: (call) =>
    call.g.mul(call.input(0), call.g.tanh(call.g.node("Softplus", [call.input(0)])[0]!)),
  Softsign: (call) => call.g.div(call.input(0), call.g.add(call.g.abs(call.input(0)), 1)),
  /** SiLU with a factor: x·sigmoid(αx). */
  Swish: (call) =>
    call.g.mul(call.input(0), call.g.sigmoid(call.g.mul(call.input(0), call.float("alpha", 1)))),

  ThresholdedRelu: (call) =>
    call.g.where(call.g.greater(call.input(0), call.float("alpha", 1)), call.input(0), 0),

  PRelu(call) {
    const { g } = call;
    const [x, given] = [call.input(0), call.input(1)];
    // Before opset 7 a list of slopes is one a channel.
    const perChannel = call.opset < 7 && given.shape.length === 1 && x.shape.length > 2;
    const slope = perChannel
      ? g.reshape(given, [given.shape[0]!, ...x.shape.slice(2).map(() => 1)])
      : given;
    return g.where(g.greater(x, 0), x, g.mul(x, slope));
  },

  /** x moved towards 0 by the bias outside [−λ, λ], 0 inside. */
  Shrink(call) {
    const { g } = call;
    const x = call.input(0);
    const [bias, lambda] = [call.float("bias", 0), call.float("lambd", 0.5)];
    const below = g.where(g.less(x, -lambda), g.add(x, bias), 0);
    return g.where(g.greater(x, lambda), g.sub(x, bias), below);
  },

  /** Bounds are attributes before opset 11, then optional inputs. At a bound the derivative is 1, as PyTorch's. */
  Clip(call) {
    const { g } = call;
    const x = call.input(0);
    const attribute = (name: string): Value | undefined =>
      call.opset < 11 && call.has(name) ? g.scalar(call.float(name), x.dtype) : undefined;
    const low = attribute("min") ?? call.optional(1);
    const high = attribute("max") ?? call.optional(2);
    const raised = low === undefined ? x : g.where(g.less(x, low), low, x);
    return high === undefined ? raised : g.where(g.greater(raised, high), high, raised);
  },

  /** The identity at inference; the mask keeps everything. */
  Dropout(call) {
    const x = call.input(0);
    const training = call.optional(2) !== undefined && call.number(2) !== 0;
    if (training || (call.opset < 7 && !call.flag("is_test")))
      throw call.unsupported("it is in training mode, export after model.eval()");
    return [x, call.g.full({ dtype: "bool", shape: x.shape }, 1)];
  },
  Identity: (call) => call.item(0),
};
