import { describe, expect, test } from "vitest";
import { parseFieldSpec } from "../fields/spec";
import { defaultOptions, generatorByName, generatorNames } from "./catalogue";
import { chooseGenerators, parseWeights } from "./choose";
import type { Infinitesimal, Side } from "./generator";
import { ownGenerators } from "./own";

const flow: Side = {
  fields: parseFieldSpec("density:rho,vector:v,scalar:t"),
  channels: 4,
  axes: 2,
  steps: 0,
};
const options = { ...defaultOptions, dt: 0.5 };

/** The matrix on the channels at a point. */
function matrix({ mix }: Infinitesimal, channels: number, at = [0.2, 0.1]): number[][] {
  const rows = Array.from({ length: channels }, () => new Array<number>(channels).fill(0));
  for (const { to, from, factor } of mix) rows[to]![from]! += factor(at);
  return rows;
}

const volume: Side = {
  fields: parseFieldSpec("density:rho,vector:v,scalar:t", 3),
  channels: 5,
  axes: 3,
  steps: 0,
};

describe("known generators", () => {
  const ofVolumes = ["tz", "gz", "rot-xy", "rot-yz", "rot-zx"];
  const ofPlanes = ["rot", "shear-x", "shear-y", "squeeze"];

  test.each([
    ["plane", flow, ofVolumes],
    ["volume", volume, ofPlanes],
  ] as const)(
    "all that are not another space's act on a compressible flow of a %s that holds its time",
    (_, side, others) => {
      for (const name of generatorNames) {
        const generator = generatorByName(name, options);
        for (const steps of [0, 1]) {
          const act = expect(() => generator.on({ ...side, steps }));
          if ((others as readonly string[]).includes(name)) act.toThrow(`generator ${name} does`);
          else act.not.toThrow();
        }
      }
    },
  );

  test("turn vectors as points do, and leave scalars and densities", () => {
    expect(matrix(generatorByName("rot", options).on(flow), 4)).toEqual([
      [0, 0, 0, 0],
      [0, 0, -1, 0],
      [0, 1, 0, 0],
      [0, 0, 0, 0],
    ]);
  });

  test("keep the integral of a density under scaling, push vectors forward, and take stated weights", () => {
    const diagonal = (text: string) =>
      matrix(generatorByName("scale", { ...options, weights: parseWeights(text) }).on(flow), 4).map(
        (row, i) => row[i],
      );
    expect(diagonal("")).toEqual([-2, 1, 1, 0]);
    expect(diagonal("v:0, t:3")).toEqual([-2, 0, 0, 3]);
  });

  test("boost: a shift of the velocity at once, and a drift of everything after a step", () => {
    const boost = generatorByName("gy", options);
    expect(boost.on(flow)).toMatchObject({ flow: null, shift: [{ to: 2 }] });
    expect(boost.on({ ...flow, steps: 3 }).flow!.map((one) => one.value([]))).toEqual([0, 1.5]);
    const conserved = generatorByName("gx", { ...options, velocity: "v/rho/t" }).on(flow);
    expect(conserved.mix.map(({ to, from }) => [to, from])).toEqual([
      [1, 0],
      [3, 1],
    ]);
  });

  test.each([
    ["rot", { ...flow, axes: 1 }, "needs fields on a plane"],
    ["rot", { ...flow, fields: null }, "how the channels transform"],
    ["rot", volume, "needs fields on a plane"],
    ["rot-yz", flow, "needs fields in a volume, and these data are on a grid with 2 axes"],
    ["rot-zx", { ...volume, fields: null }, "how the channels transform"],
    ["tz", flow, "a grid with an axis z"],
    ["gx", { ...flow, fields: parseFieldSpec("scalar:a"), channels: 1 }, "no field is a vector"],
    ["gx", { ...flow, fields: parseFieldSpec("vector:B,vector:E") }, "not clear"],
    ["density", { ...flow, fields: parseFieldSpec("scalar:a") }, "no field is a density"],
    ["time", { ...flow, fields: parseFieldSpec("scalar:a") }, "no input field holds the time"],
  ] as const)("%s says why it does not fit", (name, side, reason) => {
    expect(() => generatorByName(name, options).on(side)).toThrow(reason);
  });

  test("a boost without a time step says so", () => {
    expect(() => generatorByName("gx", defaultOptions).on({ ...flow, steps: 1 })).toThrow(
      "time between input and prediction is not known",
    );
  });
});

describe("generators of one's own", () => {
  test("have flow, matrix and shift, and another action on the prediction where it is stated", () => {
    const [swirl, double, spin] = ownGenerators(
      "swirl: flow (-y, x); double: mix [2, 0; x, 2], shift (0, 1) out-shift (0, 3); spin: flow (-y, x) out none;",
    );
    const side = { ...flow, fields: null, channels: 2 };
    expect(swirl!.on(flow)).toMatchObject({ flow: [{ text: "-y" }, { text: "x" }] });
    expect(matrix(double!.on(side), 2)).toEqual([
      [2, 0],
      [0.2, 2],
    ]);
    const out = double!.on({ ...side, steps: 1 });
    expect(out.shift.map(({ to, value }) => [to, value([0, 0])])).toEqual([[1, 3]]);
    expect(matrix(out, 2)).toEqual(matrix(double!.on(side), 2));
    expect(spin!.on({ ...side, steps: 1 })).toEqual({ flow: null, mix: [], shift: [] });
  });

  test("with a flow alone carry fields as the known ones do", () => {
    const [own] = ownGenerators("turn: flow (-y, x)");
    expect(matrix(own!.on(flow), 4)).toEqual(matrix(generatorByName("rot", options).on(flow), 4));
  });

  test.each([
    ["a flow (x, y)", "a ▸flow"],
    ["a: flow (x, q)", "flow (x, ▸q)"],
    ["a: flew (x, y)", "a: ▸flew"],
    ["a:", "a:▸"],
    ["a: shift (1); a: shift (1)", "▸a: shift (1)"],
  ])("%s is refused with its place marked", (text, marked) => {
    expect(() => ownGenerators(text)).toThrow(marked);
  });

  test.each([
    ["a: flow (x)", "1 components, but the input has 2 axes"],
    ["a: shift (1, 2)", "2 formulas, but the input has 4 channels"],
    ["a: mix [1, 0; 0, 1]", "2 × 2/2, but the input has 4 channels"],
  ])("%s says what does not fit", (text, reason) => {
    expect(() => ownGenerators(text)[0]!.on(flow)).toThrow(reason);
  });
});

describe("the choice of generators", () => {
  test("auto takes the isometries that fit", () => {
    const ids = (side: Side) => chooseGenerators("auto", "", side, options).map(({ id }) => id);
    expect(ids(flow)).toEqual(["tx", "ty", "rot"]);
    expect(ids({ ...flow, axes: 1 })).toEqual(["tx"]);
    expect(ids({ ...flow, fields: null, axes: 3 })).toEqual(["tx", "ty", "tz"]);
    expect(ids(volume)).toEqual(["tx", "ty", "tz", "rot-xy", "rot-yz", "rot-zx"]);
  });

  test("rot is all three rotations in a volume", () => {
    const ids = chooseGenerators("gz,rot", "", volume, options).map(({ id }) => id);
    expect(ids).toEqual(["gz", "rot-xy", "rot-yz", "rot-zx"]);
  });

  test("names unknown ones, an empty choice and a taken name", () => {
    expect(() => chooseGenerators("tw", "", flow, options)).toThrow("no generator “tw”");
    expect(() => chooseGenerators("", "", flow, options)).toThrow("No generator is chosen");
    expect(() => chooseGenerators("tx", "rot: flow (x, y)", flow, options)).toThrow("belongs to");
    expect(() => parseWeights("rho=1")).toThrow("rho=1");
  });
});
