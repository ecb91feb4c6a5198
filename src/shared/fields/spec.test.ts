import { describe, expect, test } from "vitest";
import {
  channelLabels,
  checkFieldSpec,
  parseFieldSpec,
  showFieldSpec,
  withoutReadings,
} from "./spec";

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
      'Fields "scalar:p,▸vektor:v": "vektor" is no kind of field (scalar, pseudoscalar, vector, density, tensor).',
    ],
    [
      "scalar:p, vector",
      'Fields "scalar:p, ▸vector": after vector there must be a colon and a name.',
    ],
    ["scalar:p,scalar:p", 'Fields "scalar:p,▸scalar:p": the name "p" is used twice.'],
    ["", 'Fields "▸": a kind of field is missing (scalar, pseudoscalar, vector, density, tensor).'],
  ])("%j is refused at the right place", (text, message) => {
    expect(() => parseFieldSpec(text)).toThrow(message);
  });

  test("brackets say which components are stored, and are shown where it is not x, y", () => {
    const spec = parseFieldSpec("scalar:p,vector:v(y,-x),density:rho");
    expect(spec[1]).toEqual({ name: "v", kind: "vector", channels: [2, 1], signs: [-1, 1] });
    expect(spec[2]!.channels).toEqual([3]);
    expect(showFieldSpec(spec)).toBe("scalar:p,vector:v(y,-x),density:rho");
    expect(channelLabels(spec).slice(1, 3)).toEqual([
      { name: "v.y", kind: "vector.y", group: "v" },
      { name: "−v.x", kind: "-vector.x", group: "v" },
    ]);
    expect(showFieldSpec(withoutReadings(spec))).toBe("scalar:p,vector:v,density:rho");
  });

  test("every order and sign of components is read as it is shown, in space too", () => {
    const orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]; // prettier-ignore
    for (const order of orders) {
      for (let signs = 0; signs < 8; signs++) {
        const inside = order.map((c, i) => `${(signs >> i) & 1 ? "-" : ""}${"xyz".charAt(c)}`);
        const straight = inside.join() === "x,y,z";
        const text = `vector:u${straight ? "" : `(${inside.join()})`},scalar:p`;
        const spec = parseFieldSpec(`vector:u(${inside.join()}),scalar:p`, 3);
        expect(showFieldSpec(spec)).toBe(text);
        order.forEach((component, stored) => {
          expect(spec[0]!.channels[component]).toBe(stored);
        });
      }
    }
  });

  test.each(["(vy, -vx)", "(y,−x)", "( v.y , -v_x )"])("%s is the same reading", (brackets) => {
    expect(showFieldSpec(parseFieldSpec(`vector:v${brackets}`))).toBe("vector:v(y,-x)");
  });

  test.each([
    ["vector:v(y)", "v has 2 components, and 1 are listed"],
    ["vector:v(x,x)", "its component x is stored twice"],
    ["vector:v(x,z)", '"z" is no component of v (x, y)'],
    ["vector:v(x,ux)", '"ux" is no component of v (x, y)'],
    ["scalar:p,scalar:q(x)", "only vectors have components to list in brackets, and q is a scalar"],
    ["vector:v(x,y", "brackets must be closed, and a comma follow"],
    ["vector:v(x,y)z", "brackets must be closed, and a comma follow"],
  ])("%j is refused: %s", (text, problem) => {
    expect(() => parseFieldSpec(text)).toThrow(problem);
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

describe("a tensor", () => {
  test("has its rows in order: four components on a plane, nine in a volume, one on a line", () => {
    const spec = parseFieldSpec("scalar:p,tensor:T,vector:v");
    expect(spec[1]).toEqual({ name: "T", kind: "tensor", channels: [1, 2, 3, 4] });
    expect(spec[2]!.channels).toEqual([5, 6]);
    expect(showFieldSpec(spec)).toBe("scalar:p,tensor:T,vector:v");
    const names = (dimension: number) =>
      channelLabels(parseFieldSpec("tensor:T", dimension)).map(({ name }) => name);
    expect(names(2)).toEqual(["T.xx", "T.xy", "T.yx", "T.yy"]);
    expect(names(3).join(" ")).toBe("T.xx T.xy T.xz T.yx T.yy T.yz T.zx T.zy T.zz");
    expect(names(1)).toEqual(["T"]);
    expect(channelLabels(spec)[3]).toEqual({ name: "T.yx", kind: "tensor.yx", group: "T" });
  });

  test("takes no brackets, and as many channels as space has directions squared", () => {
    expect(() => parseFieldSpec("tensor:T(y,x)")).toThrow("only vectors have components to list");
    expect(() => {
      checkFieldSpec(parseFieldSpec("tensor:T"), 4, 3);
    }).toThrow("the tensor T has 4 channels, not 9");
  });
});
