import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Matrix } from "ml-matrix";
import { describe, expect, test } from "vitest";
import { coherence as definition } from "../../../shared/analyses/coherence";
import { codedNotice } from "../../../shared/analyses/notices";
import { parseFieldSpec, type FieldSpec } from "../../../shared/fields/spec";
import { d4 } from "../../../shared/groups/catalogue";
import { normals, randomFrom, type Random } from "../../../shared/random";
import { defaultsOf, type ParameterValues } from "../../../shared/parameters";
import { toFloat64 } from "../../../shared/tensor";
import { readNpz } from "../../data/npz";
import { openModel } from "../../models";
import { createExecutor } from "../../runtime/executors";
import type { AnalysisContext, AnalysisResult } from "../context";
import { circularCnn, contextOf, never, randomTensor } from "../testing";
import { coherence } from "./index";
import { cosineErrors, influenceErrors, type ElementPrecision } from "./precision";
import { influenceOf, spanOf, whiten } from "../span";
import type { Solved } from "./unresolved";

type Parameters = ParameterValues<typeof definition.parameters>;

interface Run {
  readonly result: AnalysisResult;
  readonly notices: readonly string[];
}

/** The same analysis in float32 and in float64. */
async function both(context: AnalysisContext, params: Partial<Parameters>): Promise<[Run, Run]> {
  const run = async (id: "onnxruntime" | "reference"): Promise<Run> => {
    const executor = createExecutor(id);
    const notices: string[] = [];
    const result = await coherence.compute(
      { ...context, executor, notices },
      { ...defaultsOf(definition.parameters), ...params },
      () => undefined,
      never,
    );
    await executor.dispose();
    return { result, notices };
  };
  return [await run("onnxruntime"), await run("reference")];
}

const read = (result: AnalysisResult, name: string): Float64Array =>
  toFloat64(result.arrays[name]!.tensor);

const reported = ({ result }: Run): ElementPrecision & { rounding: number } =>
  result.summary.precision as ElementPrecision & { rounding: number };

/** Largest deviations of the float32 run, measured like the estimates. */
function deviations(float32: AnalysisResult, exact: AnalysisResult): ElementPrecision {
  const [elements, n] = exact.arrays.influence!.tensor.shape as [number, number];
  const self = read(exact, "self_influence");
  const selfX = read(exact, "self_influence_x");
  const largest = (name: string, scale: (g: number, i: number, j: number) => number): number => {
    const [found, wanted] = [read(float32, name), read(exact, name)];
    let worst = 0;
    for (let k = 0; k < elements * n * n; k++) {
      const [g, i, j] = [Math.floor(k / (n * n)), Math.floor(k / n) % n, k % n];
      worst = Math.max(worst, Math.abs(found[k]! - wanted[k]!) / scale(g, i, j));
    }
    return worst;
  };
  return {
    influence: largest("influence", (g, i, j) => Math.sqrt(self[g * n + i]! * selfX[g * n + j]!)),
    cosine: largest("cosine", () => 1),
  };
}

/** Neither optimistic by more than a factor 3 nor useless. */
function expectBounds(estimate: ElementPrecision, found: ElementPrecision): void {
  for (const name of ["influence", "cosine"] as const) {
    expect(found[name], name).toBeLessThan(3 * estimate[name]);
    expect(estimate[name], name).toBeLessThan(100 * found[name]);
  }
}

async function fixture(name: string): Promise<AnalysisContext> {
  const path = (file: string): string =>
    fileURLToPath(new URL(`../../../../fixtures/${name}/${file}`, import.meta.url));
  const numbers = await readNpz(path("data.npz"));
  const info = JSON.parse(readFileSync(path("case.json"), "utf8")) as { field_spec: FieldSpec };
  const fields = parseFieldSpec(
    info.field_spec.map(({ name: field, kind }) => `${kind}:${field}`).join(","),
  );
  return {
    ...contextOf({
      model: await openModel(path("model.onnx")),
      input: numbers.get("input")!,
      target: numbers.get("target")!,
    }),
    fields,
    outputFields: fields,
    elements: d4.elements.filter(({ id }) => id === "sr"),
  };
}

/** States of which the last is the first but for a share of it, the same with their targets. */
function nearlyTwins(difference: number): AnalysisContext {
  const states = (seed: number) => {
    const tensor = randomTensor([4, 1, 4, 4], seed);
    const data = tensor.data as Float64Array;
    const other = randomTensor([16], seed + 1).data as Float64Array;
    for (let k = 0; k < 16; k++) data[48 + k] = data[k]! + difference * other[k]!;
    // As the float32 run sees them, so that both runs see the same.
    return { ...tensor, data: Float64Array.from(Float32Array.from(data)) };
  };
  const model = circularCnn(1, 4);
  const parameters = new Map(
    [...model.parameters].map(([name, tensor]) => [
      name,
      { ...tensor, data: Float64Array.from(Float32Array.from(tensor.data as Float64Array)) },
    ]),
  );
  return {
    ...contextOf({
      model: { ...model, parameters },
      input: states(3),
      target: states(7),
      fields: "scalar:a",
    }),
    elements: d4.elements.filter(({ id }) => id === "r"),
  };
}

const COLUMNS = 4;
const OUTPUTS = 6;

/** The Gram matrix of random gradients and their tangents at one sample [D, n], the last column nearly the first. */
interface Products {
  readonly gram: Matrix;
  readonly tangents: Matrix;
}

function randomProducts(random: Random, apart: number): Products {
  const [gradients, tangents] = [20, OUTPUTS].map((rows) => {
    const matrix = Matrix.from1DArray(rows, COLUMNS, Array.from(normals(random, rows * COLUMNS)));
    const [first, last] = [matrix.getColumnVector(0), matrix.getColumnVector(COLUMNS - 1)];
    return matrix.setColumn(COLUMNS - 1, Matrix.add(first, last.mul(apart)));
  }) as [Matrix, Matrix];
  return { gram: gradients.transpose().mmul(gradients), tangents };
}

/** Every inner product off by `rounding` of both norms: those of G entry by entry, those of M by their vectors. */
function disturbed({ gram, tangents }: Products, rounding: number, random: Random): Products {
  const norms = gram.diagonal().map(Math.sqrt);
  const noise = Matrix.from1DArray(COLUMNS, COLUMNS, Array.from(normals(random, COLUMNS ** 2)));
  noise.mulColumnVector(norms).mulRowVector(norms).mul(rounding);
  const lengths = Array.from({ length: COLUMNS }, (_, k) => tangents.getColumnVector(k).norm());
  const moved = Matrix.from1DArray(
    OUTPUTS,
    COLUMNS,
    Array.from(normals(random, OUTPUTS * COLUMNS)),
  ).mulRowVector(lengths);
  return {
    gram: Matrix.add(gram, Matrix.add(noise, noise.transpose()).div(Math.SQRT2)),
    tangents: Matrix.add(tangents, moved.mul(rounding)),
  };
}

function readOf({ gram, tangents }: Products): Solved {
  const products = Float64Array.from(gram.to1DArray());
  const metric = Float64Array.from(tangents.transpose().mmul(tangents).div(OUTPUTS).to1DArray());
  const span = spanOf(products, COLUMNS, { energy: 0, unitColumns: false });
  return { span, whitened: whiten(span, metric, COLUMNS), gram: products, metric };
}

describe("the errors of the inverse", () => {
  test.each([
    { apart: 1, ridge: 1e-6 },
    { apart: 1, ridge: 1 },
    { apart: 1e-2, ridge: 1e-6 },
    { apart: 1e-2, ridge: 0.1 },
  ])("are those that disturbed products show, twins $apart apart, ridge $ridge", (setting) => {
    const random = randomFrom(11);
    const rounding = 1e-8;
    const products = randomProducts(random, setting.apart);
    const solved = readOf(products);
    const exact = influenceOf(solved.whitened, COLUMNS, setting.ridge);
    const estimate = influenceErrors(solved, setting.ridge, {
      rounding,
      common: 0,
      outputSize: OUTPUTS,
    });
    const squares = new Float64Array(COLUMNS ** 2);
    const draws = 400;
    for (let k = 0; k < draws; k++) {
      const off = readOf(disturbed(products, rounding, random));
      influenceOf(off.whitened, COLUMNS, setting.ridge).forEach((value, at) => {
        squares[at]! += (value - exact[at]!) ** 2 / draws;
      });
    }
    // A standard deviation from 400 draws is itself off by 1/√800 = 3.5 %; four of these.
    squares.forEach((square, at) => {
      const ratio = (2 * Math.sqrt(square)) / estimate[at]!;
      expect(ratio, `entry ${at}`).toBeGreaterThan(0.86);
      expect(ratio, `entry ${at}`).toBeLessThan(1.14);
    });
  });

  test("of a cosine are those of its three numbers", () => {
    const block = {
      influence: Float64Array.of(3),
      self: Float64Array.of(4),
      selfX: Float64Array.of(9),
    };
    const errors = {
      influence: Float64Array.of(0.06),
      self: Float64Array.of(0.04),
      selfX: Float64Array.of(0),
    };
    // 3/6 = 0.5: 0.06/6 of its own, and half of 1 % of 0.5.
    expect(cosineErrors(errors, block)[0]).toBeCloseTo(Math.hypot(0.01, 0.0025), 12);
    const large = { ...errors, influence: Float64Array.of(1e9) };
    expect(cosineErrors(large, block)[0]).toBe(2);
  });
});

test("a state's cosine with itself is 1 without error", async () => {
  const [{ result }] = await both({ ...nearlyTwins(0.1), elements: [d4.identity] }, {});
  const errors = read(result, "cosine_error");
  expect([0, 5, 10, 15].map((k) => errors[k])).toEqual([0, 0, 0, 0]);
  expect(errors[1]).toBeGreaterThan(0);
});

describe("the estimated error of influence", () => {
  test.each([
    { name: "unet", energy: 1e-4 },
    { name: "resnet", energy: 1e-4 },
    { name: "vit", energy: 1e-4 },
    // Sample 3 nearly equals sample 0, and without the cut their difference counts.
    { name: "vit", energy: 0 },
  ])("bounds what float32 does to $name at an energy cut of $energy", async ({ name, energy }) => {
    const [float32, exact] = await both(await fixture(name), { energy });
    const estimate = reported(float32);
    expectBounds(estimate, deviations(float32.result, exact.result));
    expect(estimate.rounding).toBeGreaterThan(1e-9);
    expect(estimate.rounding).toBeLessThan(1e-6);
    expect(reported(exact).rounding).toBeLessThan(1e-14);
    expect(float32.notices.join()).not.toContain("ridge is too small");
  });

  // With such a ridge influence is the plain product, and what is left is the error of the predictions.
  test.each([1e-6, 100])("bounds it for a trained network (ridge %s)", async (ridge) => {
    const example = (file: string): string =>
      fileURLToPath(new URL(`../../../../resources/examples/jets/${file}`, import.meta.url));
    const states = (await readNpz(example("jets.npz"))).get("states")!;
    const [, times, ...shape] = states.shape as [number, number, ...number[]];
    const size = shape.reduce((product, extent) => product * extent);
    const at = (time: number) => {
      const firsts = [0, 1, 2].map((trajectory) => (trajectory * times + time) * size);
      const values = toFloat64(states);
      const data = Float64Array.from(firsts.flatMap((k) => [...values.subarray(k, k + size)]));
      return { dtype: "float64" as const, shape: [3, ...shape], data };
    };
    const context = contextOf({
      model: await openModel(example("plain.onnx")),
      input: at(0),
      target: at(1),
      fields: "vector:velocity",
    });
    const elements = d4.elements.filter(({ id }) => id === "r2");
    const [float32, exact] = await both({ ...context, elements }, { ridge });
    expectBounds(reported(float32), deviations(float32.result, exact.result));
  });

  // Of the smaller difference float32 sees nothing in the products of gradients: the span leaves it out.
  test.each([
    { apart: 1e-3, ridge: 1e-6 },
    { apart: 1e-3, ridge: 1 },
    { apart: 3e-6, ridge: 1e-6 },
    { apart: 3e-6, ridge: 1 },
  ])("bounds it where gradients of twins $apart apart cancel, ridge $ridge", async (setting) => {
    const [float32, exact] = await both(nearlyTwins(setting.apart), {
      energy: 0,
      ridge: setting.ridge,
    });
    expectBounds(reported(float32), deviations(float32.result, exact.result));
  });

  test("warns of near twins, but not in float64, with the energy cut, with a larger ridge, or of equal ones", async () => {
    const warned = ({ notices }: Run): boolean =>
      notices.some((notice) => notice.startsWith(codedNotice("precision/ridge", "").slice(0, 40)));
    const [rough, exact] = await both(nearlyTwins(3e-6), { energy: 0 });
    expect([warned(rough), warned(exact)]).toEqual([true, false]);
    const [cut] = await both(nearlyTwins(3e-6), {});
    expect(warned(cut)).toBe(false);
    const [ridged] = await both(nearlyTwins(3e-6), { energy: 0, ridge: 100 });
    expect(warned(ridged)).toBe(false);
    const equal = await both(nearlyTwins(0), { energy: 0 });
    expect(equal.map(warned)).toEqual([false, false]);
  });
});
