import { expect, test } from "vitest";
import { namedChannels } from "./channelNames";

const named = (dimension: number, ...names: string[]) =>
  namedChannels(
    names.map((name) => ({ name })),
    dimension,
  );

test.each([
  [["msl", "u10", "v10"], "scalar:msl,vector:wind10"],
  [["v_component_of_wind", "u_component_of_wind"], "vector:wind"],
  [["uwnd", "vwnd", "air"], "vector:wind,scalar:air"],
  [["Vx", "Vy", "density"], "vector:velocity,scalar:density"],
  [["u10", "p"], "scalar:u10,scalar:p"],
  [["u1", "v1"], "scalar:u1,scalar:v1"],
])("%j are %s", (names, fields) => {
  const found = named(2, ...names);
  expect(found.fields).toBe(fields);
  expect(found.certain).toBe(true);
});

test("components are put in the order of the directions, whatever order the file lists them in", () => {
  expect(named(2, "v10", "u10").order.map(({ name }) => name)).toEqual(["u10", "v10"]);
  expect(named(3, "wwnd", "vwnd", "uwnd").fields).toBe("vector:wind");
});

test("u and v alone may be a velocity or two substances, and are asked about", () => {
  expect(named(2, "u", "v").certain).toBe(false);
});

test("u and v that the file says are speeds are a velocity", () => {
  const [p, u, v] = ["p", "u", "v"].map((name) => ({ name }));
  expect(namedChannels([p!, v!, u!], 2, [u!, v!])).toMatchObject({
    fields: "scalar:p,vector:velocity",
    order: [p, u, v],
    certain: true,
  });
  expect(namedChannels([u!, v!], 2, [u!]).certain).toBe(false);
});
