/** The law of every lowering: on random shapes, attributes and broadcasts it gives what the rule's own kernel gives. */
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import { ops, ruleOf, type OpName } from "../../../graph/ops";
import { disagreement, drawnCase } from "../../testing";
import { createTfjsExecutor } from "../executor";

const seed = 20261121;
const executor = createTfjsExecutor();
afterAll(() => executor.dispose());

/**
 * Float32 rounding, 6e-8, over sums of up to a few hundred terms and slopes of up to some ten in the domains' smooth
 * parts. tfjs's own erf is a polynomial that is off by up to 1.5e-7 (Abramowitz and Stegun 1964, 7.1.26).
 */
const AGREEMENT = 2e-5;

describe.each(Object.keys(ops) as OpName[])("%s", (op) => {
  test("gives what the reference gives", () =>
    fc.assert(
      fc.asyncProperty(fc.noBias(fc.nat()), async (draw) => {
        const wrong = await disagreement(executor, drawnCase(op, draw), AGREEMENT);
        if (wrong !== null) expect.fail(`${op} ${wrong}`);
      }),
      { seed, numRuns: ruleOf(op).vjp === undefined ? 25 : 50 },
    ));
});
