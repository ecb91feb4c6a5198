import { expect, test } from "vitest";
import { someData } from "./fakeClient";
import { generatorOffers } from "./generators";

const { info } = someData();
const hindered = (...args: Parameters<typeof generatorOffers>): Record<string, string | null> =>
  Object.fromEntries(generatorOffers(...args).map(({ name, hindrance }) => [name, hindrance]));

test("motions of the plane fit states on a plane, and none needs more than the grid has", () => {
  const plane = { ...info, fields: "vector:velocity", axes: ["trajectory", "channel", "y", "x"] };
  const why = hindered({ ...plane, shape: [4, 2, 8, 8], channels: info.channels.slice(0, 2) });
  for (const name of ["tx", "ty", "rot", "scale", "amp"]) expect(why[name], name).toBeNull();
  expect(why["tz"]).toMatch(/axis z/);
  expect(why["time"]).not.toBeNull();
});

test("without data nothing is held back, and what the form says counts", () => {
  expect(Object.values(hindered(undefined)).every((why) => why === null)).toBe(true);
  const fields = "vector:flow,vector:field";
  const channels = [0, 1, 2, 3].map(() => info.channels[0]!);
  const two = {
    ...info,
    fields,
    axes: ["trajectory", "channel", "y", "x"],
    shape: [4, 4, 8, 8],
    channels,
  };
  expect(hindered(two)["gx"]).not.toBeNull();
  expect(hindered(two, { velocity: "flow" })["gx"]).toBeNull();
});

test("particles have the motions of their parts once these are named", () => {
  const swarm = {
    ...info,
    fields: null,
    axes: ["trajectory", "time", "particle", "channel"],
    shape: [4, 9, 5, 6],
  };
  const unnamed = hindered(swarm, { split: "" });
  expect(unnamed["se"]).toMatch(/nothing says which are positions/);
  const why = hindered(swarm, { split: "5x(q:3,v:3)" });
  for (const name of ["se", "galilei", "u", "tz", "rot-yz", "gx", "u-xy", "scale"]) {
    expect(why[name], name).toBeNull();
  }
  expect(hindered(swarm, { split: "5x(q:3,s:3)" })["gx"]).toMatch(/no velocities/);
  expect(hindered(swarm, { split: "4x6" })).toEqual({});
});

test("what a name stands for is typeset, a family by its members", () => {
  const swarm = {
    ...info,
    fields: null,
    axes: ["trajectory", "time", "particle", "channel"],
    shape: [4, 9, 5, 6],
  };
  const offers = generatorOffers(swarm, { split: "5x(q:3,v:3)" });
  const members = offers.find(({ name }) => name === "se")?.generators ?? [];
  expect(members.map(({ id }) => id)).toEqual(["tx", "ty", "tz", "rot-xy", "rot-yz", "rot-zx"]);
  const all = [...offers, ...generatorOffers(undefined)].flatMap(({ generators }) => generators);
  expect(all.filter(({ tex }) => tex === undefined).map(({ id }) => id)).toEqual([]);
});
