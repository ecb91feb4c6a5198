import fc from "fast-check";
import { expect, test } from "vitest";
import { parsePhysics, showPhysics } from "./stated";

test("what is shown is read again", () => {
  const name = fc.stringMatching(/^[a-zA-Z][a-z0-9_]{0,8}$/).filter((one) => one !== "__proto__");
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((one) => !Object.is(one, -0)); // prettier-ignore
  fc.assert(
    fc.property(
      name,
      fc.dictionary(name, number, { noNullPrototype: true }),
      (physics, coefficients) => {
        expect(parsePhysics(showPhysics({ physics, coefficients }))).toEqual({
          physics,
          coefficients,
        });
      },
    ),
  );
});

test.each(["", "3", "springs: k", "springs: k=two", "springs: k=NaN", "a b"])(
  "“%s” says nothing",
  (text) => {
    expect(parsePhysics(text)).toBeUndefined();
  },
);
