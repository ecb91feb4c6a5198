import { describe, expect, test } from "vitest";
import {
  conservation as definition,
  type ConservationParameters,
} from "../../../shared/analyses/conservation";
import { defaultsOf } from "../../../shared/parameters";
import { toFloat64 } from "../../../shared/tensor";
import type { Builder } from "../../graph/builder";
import type { Value } from "../../graph/ir";
import type { AnalysisResult, Network } from "../context";
import { contextOf, networkOf, never, randomTensor } from "../testing";
import { conservation } from "./index";

const size = 8;
const input = {
  ...randomTensor([3, 1, size, size], 4, 0.1),
  data: toFloat64(randomTensor([3, 1, size, size], 4, 0.1)).map((value) => value + 1),
};

async function run(
  model: Network,
  params: Partial<ConservationParameters> = {},
): Promise<AnalysisResult> {
  const place = { ...contextOf({ model, input, target: input, fields: "density:rho" }) };
  return conservation.compute(
    place,
    {
      ...defaultsOf(definition.parameters),
      quantities: "mass,rho^2",
      steps: 1,
      increments: 0,
      layers: 3,
      ...params,
    },
    () => undefined,
    never,
  );
}

/** Rows of a quantity, each over the samples. */
function changes(result: AnalysisResult, q: number): Record<string, number[]> {
  const { names } = result.summary.layers as { names: string[] };
  const all = toFloat64(result.arrays["layer_change"]!.tensor);
  const n = all.length / (2 * names.length);
  return Object.fromEntries(
    names.map((name, l) => {
      const from = (q * names.length + l) * n;
      return [name, [...all.subarray(from, from + n)]];
    }),
  );
}

/** Circular 3 × 3 convolution. */
const conv = (g: Builder, x: Value, w: Value): Value =>
  g.conv(g.pad(x, [0, 0, 1, 1, 0, 0, 1, 1], { mode: "wrap" }), w);

const within = (g: Builder, module: string, make: () => Value): Value =>
  g.at(`/${module}/op`, make);

const hidden = {
  lift: randomTensor([4, 1, 3, 3], 1, 0.3),
  a: randomTensor([4, 4, 3, 3], 2, 0.2),
  b: randomTensor([4, 4, 3, 3], 3, 0.2),
  c: randomTensor([4, 4, 3, 3], 5, 0.2),
  read: randomTensor([1, 4, 1, 1], 6, 0.3),
};
/** u + read(c(tanh(b(tanh(a(lift u)))))), each in a module of its own. */
const plain = networkOf([1, size, size], hidden, (g, x, p) => {
  let h = within(g, "lift", () => conv(g, x, p.lift!));
  for (const name of ["a", "b", "c"] as const) {
    h = within(g, name, () => g.tanh(conv(g, h, p[name]!)));
  }
  const read = within(g, "read", () => g.conv(h, p.read!));
  return g.at("/Add", () => g.add(x, read));
});

describe("changes by layer", () => {
  test("add up to what the step changes, of linear and quadratic integrals", async () => {
    const result = await run(plain);
    const drift = toFloat64(result.arrays["drift"]!.tensor);
    for (const q of [0, 1]) {
      const rows = changes(result, q);
      expect(Object.keys(rows)).toEqual(["lift … read", "a", "b", "c"]);
      for (const i of [0, 1, 2]) {
        const sum = Object.values(rows).reduce((total, row) => total + row[i]!, 0);
        // Sums of 64 numbers of size 1 in float64.
        expect(sum).toBeCloseTo(drift[q * 3 + i]!, 12);
      }
      const { changes: medians } = result.summary.layers as { changes: number[][] };
      const scale = toFloat64(result.arrays["scale"]!.tensor)[q]!;
      Object.values(rows).forEach((row, l) => {
        expect(medians[q]![l]).toBe([...row].sort((a, b) => a - b)[1]! / scale);
      });
    }
  });

  test("name the block of a residual network that does not conserve, with its own part", async () => {
    const w = randomTensor([1, 1, 3, 3], 7, 0.1);
    const blocks = networkOf([1, size, size], { w }, (g, x, p) => {
      // A divergence keeps ∫u: what a filter gives here is taken away next door.
      const flux = (v: Value): Value => {
        const f = conv(g, g.tanh(v), p.w!);
        const moved = g.slice(g.pad(f, [0, 0, 0, 1, 0, 0, 0, 0], { mode: "wrap" }), [
          { axis: 3, start: 1, end: size + 1 },
        ]);
        return g.sub(moved, f);
      };
      const add = (name: string, v: Value, r: Value): Value => g.at(`/${name}`, () => g.add(v, r));
      const one = add(
        "Add",
        x,
        within(g, "block1", () => flux(x)),
      );
      const two = add(
        "Add_1",
        one,
        within(g, "block2", () => g.add(flux(one), 1 / 128)),
      );
      const three = add(
        "Add_2",
        two,
        within(g, "block3", () => flux(two)),
      );
      return g.at("/head/Identity", () => g.add(three, 0));
    });
    const rows = changes(await run(blocks), 0);
    expect(Object.keys(rows)).toEqual(["block1", "block2", "block3"]);
    const [first, second, third] = Object.values(rows);
    for (const i of [0, 1, 2]) {
      expect(first![i]).toBeCloseTo(0, 12);
      // The unit square has ΔV Σ 1/128 = 1/128, a number that single precision holds.
      expect(second![i]).toBeCloseTo(1 / 128, 12);
      expect(third![i]).toBeCloseTo(0, 12);
    }
  });

  test("of features that skip each other are each block’s own read-out", async () => {
    const residual = networkOf([1, size, size], hidden, (g, x, p) => {
      let h = within(g, "lift", () => conv(g, x, p.lift!));
      for (const [i, name] of (["a", "b", "c"] as const).entries()) {
        const r = within(g, name, () => g.tanh(conv(g, h, p[name]!)));
        const before = h;
        h = g.at(`/Add_${i}`, () => g.add(before, r));
      }
      return within(g, "read", () => g.conv(h, p.read!));
    });
    const rows = changes(await run(residual), 0);
    // The read-out is linear, so ∫ read(h + r) − ∫ read(h) = ∫ read(r), which sees r’s own network only.
    const ablated = networkOf([1, size, size], hidden, (g, x, p) => {
      const h = conv(g, x, p.lift!);
      return g.add(x, g.conv(g.tanh(conv(g, h, p.a!)), p.read!));
    });
    const alone = toFloat64((await run(ablated, { layers: 0 })).arrays["drift"]!.tensor);
    const [, first] = Object.values(rows);
    for (const i of [0, 1, 2]) expect(first![i]).toBeCloseTo(alone[i]!, 12);
  });

  test("go down the levels of a U-Net, and still add up", async () => {
    const unet = networkOf([1, size, size], hidden, (g, x, p) => {
      const fine = within(g, "encode", () => g.tanh(conv(g, x, p.lift!)));
      const half = (v: Value): Value =>
        g.slice(
          v,
          [2, 3].map((axis) => ({ axis, end: size / 2 })),
        );
      let low = within(g, "down", () => g.tanh(conv(g, half(fine), p.a!)));
      low = within(g, "middle", () => g.tanh(conv(g, low, p.b!)));
      const twice = (v: Value, axis: number): Value => g.concat([v, v], axis);
      const up = within(g, "up", () => twice(twice(conv(g, low, p.c!), 2), 3));
      const both = within(g, "decode", () => g.tanh(g.add(up, fine)));
      return within(g, "read", () => g.conv(both, p.read!));
    });
    const result = await run(unet);
    const drift = toFloat64(result.arrays["drift"]!.tensor);
    const rows = changes(result, 1);
    expect(Object.keys(rows)).toEqual(["encode … read", "down … decode", "middle"]);
    for (const i of [0, 1, 2]) {
      const sum = Object.values(rows).reduce((total, row) => total + row[i]!, 0);
      expect(sum).toBeCloseTo(drift[3 + i]!, 12);
    }
  });

  test("are left out where the step is one module, and where none are asked for", async () => {
    const whole = networkOf([1, size, size], { w: hidden.read }, (g, x) => g.mul(x, 0.5));
    expect((await run(whole)).summary.layers).toBeUndefined();
    expect((await run(plain, { layers: 0 })).arrays["layer_change"]).toBeUndefined();
  });

  test("do not take features of the state’s shape for states", async () => {
    // Normalised inside: (u − 1)/0.1, a step, and back.
    const normalised = networkOf([1, size, size], { w: hidden.read }, (g, x) => {
      const z = g.at("/in/Div", () => g.mul(g.sub(x, 1), 10));
      const h = g.at("/body/Mul", () => g.mul(z, 0.5));
      return g.at("/out/Add", () => g.add(g.mul(h, 0.1), 1));
    });
    const rows = changes(await run(normalised), 0);
    expect(Object.keys(rows)).toEqual(["in … out", "body"]);
    for (const row of Object.values(rows)) {
      for (const value of row) expect(Math.abs(value)).toBeLessThan(0.1);
    }
  });
});
