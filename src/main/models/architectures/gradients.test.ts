import { expect, test } from "vitest";
import { normals, randomFrom } from "../../../shared/random";
import { sizeOf, toFloat64 } from "../../../shared/tensor";
import { Builder } from "../../graph/builder";
import { evaluator } from "../../graph/evaluate";
import { grad } from "../../graph/grad";
import { inputName } from "../../graph/ir";
import { networkPlan, noStatistics, statisticNames, type NetworkStates } from ".";
import { ofParticles, onGrid } from "./testing";

/** Central differences along a unit direction in float64: truncation step² times third derivatives of some hundred. */
const TOLERANCE = 1e-7;
const STEP = 3e-5;

const plane = onGrid("scalar:p,vector:v", [8, 8]);
const particles = ofParticles("vector:q,vector:p,scalar:m", 4);

test.each([
  ["mlp", { width: 5 }, plane],
  ["cnn", { width: 4, depth: 1 }, plane],
  ["unet", { width: 4, levels: 2 }, plane],
  ["unet", { width: 4, levels: 1, norm: "none" }, onGrid("density:rho", [6, 8], [false, true])],
  ["vit", { width: 8, depth: 1, heads: 2, patch: 4 }, plane],
  ["fno", { width: 3, depth: 2, modes: 3 }, plane],
  ["fno", { width: 3, depth: 1, modes: 2, margin: 2 }, onGrid("scalar:u", [8], [false])],
  ["d4-cnn", { width: 4, depth: 1 }, plane],
  ["message-passing", { width: 5, depth: 2, symmetry: "none" }, particles],
  ["message-passing", { width: 5, depth: 2 }, particles],
  ["message-passing", { width: 5, depth: 2, symmetry: "euclidean" }, particles],
] as [string, Record<string, unknown>, NetworkStates][])(
  "%s %o: the gradient of every parameter is that of central differences",
  (id, parameters, states) => {
    const plan = networkPlan({ id, preset: null, parameters }, states);
    const graph = plan.graph(1, "float64");
    const g = new Builder();
    const y = graph.outputs[0]!.value;
    const random = randomFrom(9);
    const projection = g.input("projection", y);
    const loss = g.sum(g.mul(y, projection));
    const none = noStatistics(states);
    const drawn = plan.draw(1);
    const names = new Map(graph.inputs.map((value) => [value, inputName(value)]));
    const at = new Map(
      graph.inputs.map((value) => {
        const name = names.get(value)!;
        const statistic = statisticNames.find((one) => one === name);
        if (statistic !== undefined) return [value, Float64Array.from(none[statistic])] as const;
        const weights = drawn.get(name);
        return [value, weights === undefined ? normals(random, sizeOf(value.shape)) : toFloat64(weights)] as const; // prettier-ignore
      }),
    ).set(projection, normals(random, sizeOf(y.shape)));
    const wrt = graph.inputs.filter((value) => drawn.has(names.get(value)!));
    expect(wrt.length).toBe(plan.parameters.length);
    const gradients = evaluator(grad(g, loss, wrt))(at);
    const value = evaluator([loss]);
    const largest = Math.max(...gradients.map((each) => Math.hypot(...each)));
    wrt.forEach((parameter, k) => {
      const origin = at.get(parameter)!;
      const any = normals(random, origin.length);
      const direction = any.map((each) => each / Math.hypot(...any));
      const L = (step: number): number =>
        value(new Map(at).set(parameter, origin.map((w, i) => w + step * direction[i]!)))[0]![0]!; // prettier-ignore
      const difference = (L(STEP) - L(-STEP)) / (2 * STEP);
      const graphs = gradients[k]!.reduce((sum, d, i) => sum + d * direction[i]!, 0);
      expect(Math.abs(graphs - difference) / largest, names.get(parameter)).toBeLessThan(TOLERANCE);
      expect(Math.hypot(...gradients[k]!), names.get(parameter)).toBeGreaterThan(0);
    });
  },
);
