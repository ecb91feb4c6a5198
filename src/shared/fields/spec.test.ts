import { describe, expect, test } from "vitest";
import { channelLabels, checkFieldSpec, parseFieldSpec, showFieldSpec } from "./spec";

describe("field specs", () => {
  test("vectors take two channels, in the order x, y", () => {
    const spec = parseFieldSpec("scalar:p, vector:v,pseudoscalar:w");
    expect(spec.map(({ channels }) => channels)).toEqual([[0], [1, 2], [3]]);
    expect(channelLabels(spec)).toEqual([
      { name: "p", kind: "scalar", group: "p" },
      { name: "v.x", kind: "vector.x", group: "v" },
      { name: "v.y", kind: "vector.y", group: "v" },
      { name: "w", kind: "pseudoscalar", group: "w" },
    ]);
  });

  test("showing and parsing are inverse", () => {
    const text = "density:rho,vector:momentum,scalar:E";
    expect(showFieldSpec(parseFieldSpec(text))).toBe(text);
  });

  test.each([
    [
      "scalar:p,vektor:v",
      'Fields "scalar:p,▸vektor:v": "vektor" is no kind of field (scalar, pseudoscalar, vector, density).',
    ],
    [
      "scalar:p, vector",
      'Fields "scalar:p, ▸vector": after vector there must be a colon and a name.',
    ],
    ["scalar:p,scalar:p", 'Fields "scalar:p,▸scalar:p": the name "p" is used twice.'],
    ["", 'Fields "▸": a kind of field is missing (scalar, pseudoscalar, vector, density).'],
  ])("%j is refused at the right place", (text, message) => {
    expect(() => parseFieldSpec(text)).toThrow(message);
  });

  test("must cover the channels", () => {
    const spec = parseFieldSpec("scalar:p,vector:v");
    expect(() => {
      checkFieldSpec(spec, 3);
    }).not.toThrow();
    expect(() => {
      checkFieldSpec(spec, 4);
    }).toThrow("they name 3 channels, but there are 4");
    expect(() => {
      checkFieldSpec([{ name: "v", kind: "vector", channels: [0] }], 1);
    }).toThrow("1 channels, not 2");
    expect(() => {
      checkFieldSpec(
        [
          { name: "a", kind: "scalar", channels: [0] },
          { name: "b", kind: "scalar", channels: [0] },
        ],
        2,
      );
    }).toThrow("no group has channel 1");
  });
});
