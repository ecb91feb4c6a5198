import { expect, test } from "vitest";
import { readWith } from "./readWith";

test("fields that are proposed are stated, and the rest stays", () => {
  const options = { boundary: "open", fields: "vector:v", history: 2 };
  expect(readWith(options, "vector:v(y,-x)")).toEqual({ ...options, fields: "vector:v(y,-x)" });
});

test.each([
  ["vector:v,scalar:q", "scalar:p,vector:v(y,-x)", "vector:v(y,-x),scalar:q"],
  ["scalar:v", "vector:v(y,x)", "scalar:v"],
  ["vector:w", "vector:v(y,x)", "vector:w"],
  ["scalar:a,vector:v(-x,y)", "vector:v,vector:B(y,x)", "scalar:a,vector:v"],
  ["vector:v", "vector:v(z,y,-x)", "vector:v(z,y,-x)"],
])("output fields %s beside %s become %s", (outputFields, fields, expected) => {
  expect(readWith({ outputFields }, fields)).toEqual({ fields, outputFields: expected });
});

test("where the output has the input’s fields, another order of the channels is the output’s too", () => {
  const options = { fields: "scalar:p,vector:v", outputFields: "scalar:p, vector:v" };
  const fields = "vector:v(y,x),scalar:p";
  expect(readWith(options, fields)).toEqual({ fields, outputFields: fields });
});
