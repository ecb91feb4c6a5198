import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { didYouMean, nearest } from "./nearest";

const commands = ["analyse coherence", "analyse equivariance", "model info", "model run", "serve"];

describe("nearest", () => {
  test("finds every candidate after one slip of the pen", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...commands),
        fc.nat(),
        fc.constantFrom("drop", "double", "exchange"),
        (name, seed, slip) => {
          const at = seed % (name.length - 1);
          const letters = [...name];
          if (slip === "drop") letters.splice(at, 1);
          else if (slip === "double") letters.splice(at, 0, letters[at]!);
          else letters.splice(at, 2, letters[at + 1]!, letters[at]!);
          expect(nearest(letters.join(""), commands)).toBe(name);
        },
      ),
    );
  });

  test.each([
    ["grup", ["group", "ridge"], "group"],
    ["D44", ["d4", "c4"], "d4"],
    ["coh", ["coherence", "equivariance"], "coherence"],
    ["Model.ONNX", ["model.onnx"], "model.onnx"],
    // Nothing alike, nothing to choose between, and nothing at all.
    ["astrology", commands, undefined],
    ["mode", commands, undefined],
    ["", commands, undefined],
    ["q", ["e", "r"], undefined],
  ])("of %j in %j is %j", (given, candidates, wanted) => {
    expect(nearest(given, candidates)).toBe(wanted);
  });

  test("is asked about in one sentence", () => {
    expect(didYouMean("serv", commands)).toBe("Did you mean “serve”?");
    expect(didYouMean("dance", commands)).toBeUndefined();
  });
});
