import { expect, test } from "vitest";
import { axesInWords, statedFields } from "./stated";

const metadata = (content: unknown): Record<string, string> => ({
  noetherscope: typeof content === "string" ? content : JSON.stringify(content),
});

test("fields are read as the exporter writes them", () => {
  const found = statedFields(
    metadata({
      noetherscope: 1,
      fields: "scalar:density, vector:velocity",
      output_fields: "scalar:density",
      boundary: "open",
      dt: 0.1,
      length: 2,
    }),
  );
  expect(found).toEqual({
    fields: "scalar:density,vector:velocity",
    channels: 3,
    outputFields: "scalar:density",
    axes: null,
    boundary: "open",
    dt: 0.1,
    length: [2],
  });
});

const silent = {
  fields: null,
  channels: null,
  outputFields: null,
  axes: null,
  boundary: null,
  dt: null,
  length: null,
};

test("what the exporter was not told stays open", () => {
  const found = statedFields(
    metadata({ fields: "scalar:p", output_fields: null, boundary: null, dt: null }),
  );
  expect(found).toEqual({ ...silent, fields: "scalar:p", channels: 1 });
});

test("time step, sides, boundary and axes are stated also where fields are not", () => {
  const stated = { axes: "b,p,c", boundary: "periodic", dt: 0.1, length: 1 };
  const found = statedFields(metadata({ fields: null, output_fields: null, ...stated }));
  expect(found).toEqual({ ...silent, ...stated, length: [1] });
});

test("axes that nobody stated are said to be a guess", () => {
  const told = statedFields(metadata({ axes: "b,c,y,x", axes_guessed: false }))!;
  const guess = statedFields(metadata({ axes: "b,c,y,x", axes_guessed: true }))!;
  expect(axesInWords(told)).toBe("b,c,y,x");
  expect(axesInWords(guess)).toBe("b,c,y,x (guessed: the export was not told)");
  expect(statedFields(metadata({ axes: null, axes_guessed: true, dt: 1 }))).not.toHaveProperty("axesGuessed"); // prettier-ignore
});

test.each([
  ["a kind of field", { fields: "spinor:psi" }],
  ["a kind of output field", { fields: "scalar:p", output_fields: "spinor:psi" }],
  ["a time step that is none", { dt: -1 }],
  ["a boundary", { boundary: "slip" }],
  ["sides that are none", { length: [0] }],
  ["axes", { axes: "b,h,w,c" }],
  ["a type", { fields: 3, boundary: [], axes: {} }],
])("%s that is unknown here says nothing, and the rest stands", (_, unknown) => {
  const found = statedFields(metadata({ dt: 0.5, length: 2, ...unknown }));
  const rest = {
    ...silent,
    dt: "dt" in unknown ? null : 0.5,
    length: "length" in unknown ? null : [2],
  };
  expect(found).toEqual(rest);
});

test("a vector has as many components as the stated axes have directions", () => {
  const channels = (axes: string | null): number | null | undefined =>
    statedFields(metadata({ fields: "vector:v", axes }))?.channels;
  expect([null, "b,p,c", "b,c,x", "b,c,y,x", "b,c,z,y,x"].map(channels)).toEqual([2, 2, 1, 2, 3]);
});

test.each([
  ["no such metadata", {}],
  ["no word on the states", metadata({ fields: null, boundary: null })],
  ["no JSON", metadata("{")],
  ["JSON that is no object", metadata("[1]")],
])("with %s nothing is stated", (_, given) => {
  expect(statedFields(given)).toBeUndefined();
});
