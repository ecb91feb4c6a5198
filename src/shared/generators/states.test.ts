import { expect, test } from "vitest";
import { layoutOf } from "../states/layout";
import { defaultOptions } from "./catalogue";
import { chooseGenerators, parseMasses } from "./choose";
import type { Side } from "./generator";
import { namedStateGenerators } from "./states";

const side = (size: number, split: string): Side => ({
  fields: null,
  channels: size,
  axes: 0,
  steps: 0,
  layout: layoutOf([size], split),
});
const chosen = (size: number, split: string, names: string, own = ""): string[] =>
  chooseGenerators(names, own, side(size, split), defaultOptions).map(({ id }) => id);

test("families stand for their members, each once", () => {
  expect(chosen(12, "2x(q:3,v:3)", "rot-xy,se")).toEqual([
    ...["rot-xy", "tx", "ty", "tz", "rot-yz", "rot-zx"],
  ]);
  expect(chosen(4, "q:2,p:2", "u")).toEqual(["rot", "u-x", "u-y", "u-xy"]);
  // Four dimensions have six planes, and axes by numbers.
  expect(chosen(8, "q:4,v:4", "se")).toEqual([
    ...["t1", "t2", "t3", "t4"],
    ...["rot-12", "rot-13", "rot-23", "rot-14", "rot-24", "rot-34"],
  ]);
});

test("auto takes what fits: of velocities alone no shifts", () => {
  expect(chosen(6, "2x(v:3)", "auto")).toEqual(["rot-xy", "rot-yz", "rot-zx"]);
  expect(chosen(2, "", "auto")).toEqual(["tx", "ty", "rot"]);
});

test("a time that is part of the state can be shifted", () => {
  const layout = layoutOf([3], "q:2,t:1");
  const ids = namedStateGenerators(layout, defaultOptions).map(({ id }) => id);
  expect(ids).toContain("time");
  expect(chosen(3, "q:2,t:1", "time")).toEqual(["time"]);
});

test("a vector's components go by numbers and by axes", () => {
  const of = (field: string): unknown => {
    const [own] = chooseGenerators("", `mine: field ${field}`, side(4, "q:2,v:2"), defaultOptions);
    return own!.on(side(4, "q:2,v:2")).mix.map(({ to, from }) => [to, from]);
  };
  expect(of("(v.y, -q.x, 0, q.y)")).toEqual(of("(v2, -q1, 0, q2)"));
  expect(() => of("(v.z, 0, 0, 0)")).toThrow("v.z");
});

test("one's own may not take a family's name", () => {
  expect(() => chosen(4, "q:2,v:2", "", "se: field (v1, v2, 0, 0)")).toThrow("known generator");
});

test("masses are positive numbers", () => {
  expect(parseMasses(" 1, 2.5,3")).toEqual([1, 2.5, 3]);
  expect(parseMasses("")).toEqual([]);
  for (const wrong of ["1,-2", "0", "a"]) expect(() => parseMasses(wrong)).toThrow("no mass");
});
