import { expect, test } from "vitest";
import { statedFields } from "./stated";

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
    boundary: "open",
    dt: 0.1,
    length: [2],
  });
});

test("what the exporter was not told stays open", () => {
  const found = statedFields(
    metadata({ fields: "scalar:p", output_fields: null, boundary: null, dt: null }),
  );
  expect(found).toEqual({
    fields: "scalar:p",
    channels: 1,
    outputFields: null,
    boundary: null,
    dt: null,
    length: null,
  });
});

test.each([
  ["no such metadata", {}],
  ["no fields", metadata({ fields: null, boundary: "periodic" })],
  ["no JSON", metadata("{")],
  ["a kind that is unknown here", metadata({ fields: "spinor:psi" })],
  ["a time step that is none", metadata({ fields: "scalar:p", dt: -1 })],
  ["a boundary that is unknown here", metadata({ fields: "scalar:p", boundary: "slip" })],
])("with %s nothing is stated", (_, given) => {
  expect(statedFields(given)).toBeUndefined();
});
