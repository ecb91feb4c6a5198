import { describe, expect, test } from "vitest";
import type { ConventionReport } from "../../../shared/contract";
import { showFieldSpec, type FieldSpec } from "../../../shared/fields/spec";
import { otherOrders, withOrder } from "../../fields/channelOrder";
import { checkConvention } from "../../fields/conventionCheck";
import {
  ambiguous,
  compressible,
  simulatedCase,
  type ConventionCase,
} from "../testing/conventionCases";

/** The same data with the channels of every field where another order has them. */
function laid(one: ConventionCase, order: FieldSpec): ConventionCase {
  const [samples = 0, channels = 0] = one.shape;
  const points = one.before.length / (samples * channels);
  const moved = (values: Float64Array): Float64Array => {
    const out = new Float64Array(values.length);
    for (const { name, channels: to } of order) {
      const from = one.fields.find((group) => group.name === name)!.channels;
      to.forEach((channel, i) => {
        for (let s = 0; s < samples; s++) {
          const start = (s * channels + from[i]!) * points;
          out.set(values.subarray(start, start + points), (s * channels + channel) * points);
        }
      });
    }
    return out;
  };
  const { before, after } = one;
  return {
    ...one,
    fields: order,
    before: moved(before),
    after: after === undefined ? undefined : moved(after),
  };
}

async function reportOn({ before, after, shape, grid }: ConventionCase, stated: FieldSpec) {
  const alone = checkConvention(before, shape, stated, grid, after);
  const asked = { values: before, shape, grid, later: after };
  return { alone, whole: await withOrder(alone, asked, stated, () => Promise.resolve()) };
}

const proposal = ({ rows, best = 0 }: ConventionReport): string | undefined =>
  rows[best]!.order === true ? rows[best]!.fields : undefined;

// Waves in a gas, with density, velocity and pressure. All starts of several seeds, and incompressible flows with pressure,
// vorticity and a tracer, were tried by hand: 174 wrong orders, each proposal right.
const flow = simulatedCase(compressible(1)[5]!);
const orders = [flow.fields, ...otherOrders(flow.fields)];

describe("where the vector lies elsewhere than stated", () => {
  const stored = laid(flow, orders[2]!);

  test.each(orders.map((stated) => [showFieldSpec(stated), stated] as const))(
    "that order is proposed, stated as %s",
    async (_, stated) => {
      const { alone, whole } = await reportOn(stored, stated);
      if (stated === orders[2]) return expect(whole).toBe(alone);
      expect(whole.verdict).toBe("other-fits-better");
      expect(proposal(whole)).toBe("density:rho,scalar:p,vector:v");
    },
  );

  test("a row more has a score of every evidence, and no other row is proposed beside it", async () => {
    const { alone, whole } = await reportOn(stored, flow.fields);
    // What is read as vₓ and vᵧ is the pressure and a component.
    expect(alone.verdict).toBe("cannot-tell");
    expect(alone.sentence).toMatch(/^No reading of v fits: .* another order/);
    expect(alone.rows.every(({ fields: proposed }) => proposed === undefined)).toBe(true);
    const { rows, best, evidence, sentence } = whole;
    expect(best).toBe(8);
    expect(rows.filter(({ fields }) => fields !== undefined)).toEqual([rows[8]]);
    expect(evidence!.every(({ scores }) => scores.length === 9)).toBe(true);
    expect(evidence!.some(({ says }) => says === "decides")).toBe(true);
    expect(sentence).toMatch(/^The channels explain the data as density:rho,scalar:p,vector:v, with the other fields/); // prettier-ignore
  });
});

// One field and no other has one order.
test.each(
  ambiguous(60)
    .filter(({ fields }) => fields.length > 1)
    .map((one) => [one.name, one] as const),
)("%s tells of no other order", async (_, one) => {
  for (const stated of [one.fields, ...otherOrders(one.fields)]) {
    expect(proposal((await reportOn(one, stated)).whole)).toBeUndefined();
  }
});

test("the search for another order ends where its turn is refused", async () => {
  const stored = laid(flow, orders[2]!);
  const { before, after, shape, grid } = stored;
  const alone = checkConvention(before, shape, flow.fields, grid, after);
  const asked = { values: before, shape, grid, later: after };
  const stopped = (): Promise<void> => Promise.reject(new Error("stopped"));
  await expect(withOrder(alone, asked, flow.fields, stopped)).rejects.toThrow("stopped");
});

test("there are as many orders as places for the vector, and none of tensors or two vectors", () => {
  const shown = (spec: FieldSpec): string[] => otherOrders(spec).map(showFieldSpec);
  const one = (name: string, channels: number[], kind: "scalar" | "vector"): FieldSpec[number] => ({ name, kind, channels }); // prettier-ignore
  const [a, v] = [one("a", [0], "scalar"), one("v", [1, 2], "vector")];
  expect(shown([a, v])).toEqual(["vector:v,scalar:a"]);
  expect(shown([v])).toEqual([]);
  expect(shown([a, v, one("w", [3, 4], "vector")])).toEqual([]);
});
