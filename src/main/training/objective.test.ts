import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../shared/random";
import { toFloat64, type Tensor } from "../../shared/tensor";
import { Builder } from "../graph/builder";
import { inputName } from "../graph/ir";
import { createReferenceExecutor } from "../runtime/reference";
import { objective, targetName, type ObjectiveOptions } from "./objective";
import { recurrent, tensor } from "./testing";

const B = 3;
const draw = (seed: number, length: number): number[] => [...normals(randomFrom(seed), length)];
const x = tensor([B, 2], draw(1, 2 * B));
const targets = [2, 3, 4].map((seed) => tensor([B, 2], draw(seed, 2 * B)));
const weights = { w: draw(5, 4), b: draw(6, 2) };

/** Loss, and its gradients by parameter, in float64. */
async function evaluate(
  options: ObjectiveOptions,
  at: typeof weights,
  state: Tensor = x,
): Promise<{ loss: number; w: Float64Array; b: Float64Array }> {
  const g = new Builder();
  const network = recurrent(B);
  const { inputs, parameters, loss, gradients } = objective(g, network, options);
  const named = gradients.map((value, i) => ({ name: inputName(parameters[i]!), value }));
  const program = await createReferenceExecutor().compile({
    inputs: [...inputs, ...parameters],
    outputs: [{ name: "loss", value: loss }, ...named],
  });
  const outputs = await program.run(
    new Map([
      ["x", state],
      ["w", tensor([2, 2], at.w)],
      ["b", tensor([2], at.b)],
      ...targets.map((target, k): [string, Tensor] => [targetName(k), target]),
    ]),
  );
  const of = (name: string): Float64Array => toFloat64(outputs.get(name)!);
  return { loss: of("loss")[0]!, w: of("w"), b: of("b") };
}

/** The network itself, in plain arithmetic. */
function stepped(state: Tensor): Tensor {
  const from = toFloat64(state);
  const { w, b } = weights;
  return tensor(
    [B, 2],
    [...from].map((value, i) => {
      const [row, j] = [i - (i % 2), i % 2];
      return value + b[j]! * Math.tanh(from[row]! * w[j]! + from[row + 1]! * w[2 + j]!);
    }),
  );
}

const H = 1e-5;
const moved = (name: "w" | "b", k: number, by: number): typeof weights => ({
  ...weights,
  [name]: weights[name].map((value, i) => (i === k ? value + by : value)),
});

describe.each([1, 2, 3])("a rollout of %d steps", (rollout) => {
  const options = { loss: "mse", rollout, through: "all" } as const;

  test("is the mean of its steps’ losses", async () => {
    let [state, sum] = [x, 0];
    for (let k = 0; k < rollout; k++) {
      state = stepped(state);
      const [p, t] = [toFloat64(state), toFloat64(targets[k]!)];
      sum += p.reduce((total, value, i) => total + (value - t[i]!) ** 2, 0) / p.length;
    }
    expect((await evaluate(options, weights)).loss).toBeCloseTo(sum / rollout, 12);
  });

  test("has the gradient of central differences through all its steps", async () => {
    const found = await evaluate(options, weights);
    for (const [name, k] of [
      ["w", 0],
      ["w", 3],
      ["b", 1],
    ] as const) {
      const up = await evaluate(options, moved(name, k, H));
      const down = await evaluate(options, moved(name, k, -H));
      // The error of the difference is of the order of its step squared.
      expect(found[name][k]).toBeCloseTo((up.loss - down.loss) / (2 * H), 7);
    }
  });
});

describe("push-forward over three steps", () => {
  const options = { loss: "mse", rollout: 3, through: "last" } as const;

  test("has the last step’s loss, and its gradient at the state that led there", async () => {
    const found = await evaluate(options, weights);
    const given = stepped(stepped(x));
    const [last] = targets.slice(-1);
    const single = async (at: typeof weights): Promise<number> => {
      const g = new Builder();
      const { inputs, parameters, loss } = objective(g, recurrent(B), { loss: "mse", rollout: 1, through: "all" }); // prettier-ignore
      const program = await createReferenceExecutor().compile({
        inputs: [...inputs, ...parameters],
        outputs: [{ name: "loss", value: loss }],
      });
      const feeds = new Map([
        ["x", given],
        ["w", tensor([2, 2], at.w)],
        ["b", tensor([2], at.b)],
        [targetName(0), last!],
      ]);
      return toFloat64((await program.run(feeds)).get("loss")!)[0]!;
    };
    expect(found.loss).toBeCloseTo(await single(weights), 12);
    for (const [name, k] of [
      ["w", 1],
      ["b", 0],
    ] as const) {
      const difference = (await single(moved(name, k, H))) - (await single(moved(name, k, -H)));
      expect(found[name][k]).toBeCloseTo(difference / (2 * H), 7);
    }
  });

  test("is another gradient than that through all steps", async () => {
    const last = await evaluate(options, weights);
    const all = await evaluate({ ...options, through: "all" }, weights);
    expect(Math.abs(last.w[0]! - all.w[0]!)).toBeGreaterThan(1e-3);
  });
});
