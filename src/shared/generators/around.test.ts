import { describe, expect, test } from "vitest";
import { unitGrid, type Grid } from "../fields/spec";
import { closesAround } from "./around";
import { uniform } from "./generator";
import { ownGenerators } from "./own";

const closes = (flow: string, grid: Grid = unitGrid([16, 16])): boolean =>
  closesAround(ownGenerators(`one: flow (${flow})`)[0]!.flow!, grid);

describe("a flow around a periodic box", () => {
  test("closes where it repeats with the box, and where it dies away before the edges", () => {
    expect(closes("-sin(2*pi*y), sin(2*pi*x)")).toBe(true);
    expect(closes("cos(4*pi*x + 2*pi*y), 1")).toBe(true);
    expect(closesAround(uniform([1, 2]), unitGrid([16, 16]))).toBe(true);
    expect(closes("-y*exp(-200*(x^2+y^2)), x*exp(-200*(x^2+y^2))")).toBe(true);
  });

  test("does not where its value, or only its slope, differs at opposite edges", () => {
    expect(closes("-y, x")).toBe(false);
    expect(closes("x^2, 0")).toBe(false);
    expect(closes("sin(pi*x), 0")).toBe(false);
    expect(closes("1/(x-0.5), 0")).toBe(false);
  });

  test("is measured by the sides of the box, x first, along periodic axes alone", () => {
    const grid = { size: [16, 16], length: [3, 2], periodic: [true, true] };
    expect(closes("sin(2*pi*y/3), sin(2*pi*x/2)", grid)).toBe(true);
    expect(closes("sin(2*pi*y/2), sin(2*pi*x/3)", grid)).toBe(false);
    expect(closes("0, y", { ...grid, periodic: [false, true] })).toBe(true);
    expect(closes("0, y", { ...grid, periodic: [true, false] })).toBe(false);
  });
});
