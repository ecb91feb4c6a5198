import { expect, test } from "vitest";
import { inForm, inWindow } from "./inWindow";

test("what is said of the command line is left out of the window, whatever else stands in brackets", () => {
  expect(inWindow("State the fields (--fields on the command line), like v (a vector).")).toBe(
    "State the fields, like v (a vector).",
  );
  expect(inWindow("Name arrays (--input, --target on the command line), or axes (--axes).")).toBe(
    "Name arrays, or axes.",
  );
});

test("an option that the sentence needs is called what its field is", () => {
  expect(inWindow("They are taken as rates of change. --prediction states it otherwise.")).toBe(
    "They are taken as rates of change. “Prediction” states it otherwise.",
  );
  expect(inWindow("The parts are q, v; --split on the command line names them.")).toBe(
    "The parts are q, v; “Split” names them.",
  );
  expect(inWindow("x −−> y, --unheard-of")).toBe("x −−> y, --unheard-of");
});

test("an error's place is the label of its field, and no word of ours", () => {
  const size = { kind: "integer", label: "Points a side", help: "", default: 64 } as const;
  const error = { code: "simulate/size", message: "100 is no power of two." };
  expect(inForm({ ...error, where: "size" }, { size })).toMatchObject({ where: "“Points a side”" });
  expect(inForm({ ...error, where: "set" }, { size })).toEqual(error);
  expect(inForm({ ...error, where: "/data/x.npz" }, { size }).where).toBe("/data/x.npz");
});
