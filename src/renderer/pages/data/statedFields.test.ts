import { expect, test } from "vitest";
import { componentsOf, withKind, type Field } from "./statedFields";

const scalars = (...names: string[]): Field[] => names.map((name) => ({ name, kind: "scalar" }));

test("a vector takes the next channel with it, and gives it back", () => {
  const whole = scalars("rho", "u", "v", "p");
  const paired = withKind(whole, 1, "vector", 4);
  expect(paired.map(({ name, kind }) => `${kind}:${name}`)).toEqual([
    "scalar:rho",
    "vector:u",
    "scalar:p",
  ]);
  expect(componentsOf(paired)).toBe(4);
  expect(withKind(paired, 1, "scalar", 4).map(({ name }) => name)).toEqual(["rho", "u", "u2", "p"]);
});

test("fields that do not fill the channels keep their neighbours", () => {
  expect(withKind(scalars("u", "p"), 0, "vector", 4)).toHaveLength(2);
});
