import { expect, test } from "vitest";
import { parseFieldSpec } from "./spec";
import { checkUnits, parseUnits, showUnits, withUnit } from "./units";

test("units are read as they are shown", () => {
  const text = "v=m/s,p=kg m⁻¹ s⁻²,t=s";
  expect(showUnits(parseUnits(text))).toBe(text);
  expect(parseUnits(" v = m/s , x=m,")).toEqual({ v: "m/s", x: "m" });
  expect(parseUnits(undefined)).toEqual({});
});

test.each(["m/s", "v=", "=m", "v m/s"])("%j is refused", (text) => {
  expect(() => parseUnits(text)).toThrow("is no name=unit");
});

test("a unit of nothing is refused, with what there is", () => {
  const fields = parseFieldSpec("scalar:p,vector:v");
  const check = (text: string) => () => {
    checkUnits(parseUnits(text), fields, ["y", "x"]);
  };
  expect(check("v=m/s,p=Pa,x=m,t=s")).not.toThrow();
  expect(check("rho=kg")).toThrow("no “rho”");
});

test("a channel is called with its field's unit", () => {
  expect(withUnit({ name: "−v.x", group: "v" }, { v: "m/s" })).toBe("−v.x (m/s)");
  expect(withUnit({ name: "p", group: "p" }, { v: "m/s" })).toBe("p");
  expect(withUnit({ name: "p", group: "p" }, undefined)).toBe("p");
});
