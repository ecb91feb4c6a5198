import { expect, test } from "vitest";
import { parseFieldSpec, showFieldSpec } from "../../../shared/fields/spec";
import { componentsOf, fieldsOf, textOf, waysToStore, withKind, type Field } from "./statedFields";

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

test("what a vector's components are stored as is kept until it is no vector", () => {
  const text = "scalar:p,vector:v(y,-x)";
  const fields = fieldsOf(parseFieldSpec(text));
  expect(textOf(fields)).toBe(text);
  expect(textOf(withKind(fields, 0, "density", 3))).toBe("density:p,vector:v(y,-x)");
  expect(textOf(withKind(fields, 1, "scalar", 3))).toBe("scalar:p,scalar:v,scalar:v2");
});

test("every way to store components is offered once, the straight one first and without a word", () => {
  expect([1, 2, 3].map((dimension) => new Set(waysToStore(dimension)).size)).toEqual([2, 8, 48]);
  for (const stored of waysToStore(2)) {
    expect(showFieldSpec(parseFieldSpec(`vector:v${stored}`))).toBe(`vector:v${stored}`);
  }
});

test("a tensor takes the three channels after its first, and gives them back", () => {
  const tensor = withKind(scalars("a", "b", "c", "d", "e"), 0, "tensor", 5);
  expect(textOf(tensor)).toBe("tensor:a,scalar:e");
  expect(withKind(tensor, 0, "scalar", 5)).toHaveLength(5);
});
