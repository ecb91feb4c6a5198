import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseNormalise, scalings, showNormalise, type NormaliseEntry } from "./normalise";
import { codedNotice } from "../analyses/notices";
import { cellsOf, parsePadding } from "./padding";
import { withPooled } from "./remedy";

const positive = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
const scaling = fc.oneof(
  fc.constantFrom(...scalings),
  fc.record({ mean: fc.double({ min: -1e6, max: 1e6, noNaN: true }), std: positive }),
  fc
    .tuple(fc.integer({ min: -1e6, max: 1e6 }), fc.integer({ min: 1, max: 1e6 }))
    .map(([from, length]) => ({ onto: [from / 8, (from + length) / 8] as const })),
);
const entry: fc.Arbitrary<NormaliseEntry> = fc.record({
  name: fc.constantFrom(null, "density", "v.x", "3", "Druck"),
  log: fc.option(fc.oneof(fc.constant(0), positive)),
  scaling,
});

describe("normalisation", () => {
  test("reads what it shows", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(entry, { selector: ({ name }) => name, minLength: 1, maxLength: 4 }),
        (entries) => {
          expect(parseNormalise(showNormalise(entries))).toEqual({
            kind: "entries",
            // Zero has one sign in text.
            entries: entries.map(
              (one) =>
            typeof one.scaling === "string" || "onto" in one.scaling ? one : { ...one, scaling: { ...one.scaling, mean: one.scaling.mean + 0 } }, // prettier-ignore
            ),
          });
        },
      ),
    );
  });

  test("takes a path for what has an ending or lies in a folder", () => {
    for (const path of ["stats.json", "../stats", "a,b.npz"]) {
      expect(parseNormalise(path)).toEqual({ kind: "file", path });
    }
  });

  test.each([
    ["poled", "Did you mean “pooled”?"],
    ["density=logg", "Did you mean “log”?"],
    ["density=log/pooled,what?", "Write none, auto, pooled"],
    ["density=log,density=none", "Keep one of the two."],
    ["0..0", "positive"],
    ["min-max:1..-1", "positive"],
    ["min-max:-1", "min-max:-1..1 (onto that range)"],
    ["1+-0", "positive"],
    ["log+-1", "not negative"],
    ["1.5", "1.5+-0.2 for mean and standard deviation"],
    ["-2e-3", "0..2 for a range"],
  ])("%s is refused: %s", (text, todo) => {
    expect(() => parseNormalise(text)).toThrow(
      expect.objectContaining({ code: "normalise/syntax", todo: expect.stringContaining(todo) }),
    );
  });
});

describe("pooled statistics as the remedy", () => {
  const notice = codedNotice("normalise/commutes", "v (mean 0, 1) does not commute with r");

  test.each([
    ["per-channel", "per-channel,v=pooled"],
    ["p=log,v.x=0+-1,v.y=0+-2", "p=log,v=pooled"],
    ["p=none,v=min-max", "p=none,v=pooled"],
    ["0=0+-1", "pooled"],
    ["stats.json", "pooled"],
  ])("of %s are %s", (text, mended) => {
    expect(withPooled(text, ["Another remark.", notice])).toBe(mended);
  });

  test("are offered where a notice asks for them", () => {
    expect(withPooled("per-channel", ["Another remark."])).toBeNull();
    expect(withPooled("auto", [notice])).toBeNull();
    expect(withPooled("per-", [notice])).toBeNull();
  });
});

describe("padding", () => {
  test("to a multiple fills up as evenly as can be, and never more than is missing", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 64 }),
        (extent, k) => {
          const padding = parsePadding(`zero:/${k}`);
          if (padding === null || padding === "auto") throw new Error("not read");
          const { before, behind } = cellsOf(padding, extent);
          expect((extent + before + behind) % k).toBe(0);
          expect(before + behind).toBeLessThan(k);
          expect(behind - before === 0 || behind - before === 1).toBe(true);
        },
      ),
    );
  });

  test("by cells is the same before and behind unless both are given", () => {
    expect(parsePadding("circular:4")).toEqual({
      mode: "circular",
      cells: { before: 4, behind: 4 },
    });
    expect(parsePadding("reflect:0+3")).toEqual({
      mode: "reflect",
      cells: { before: 0, behind: 3 },
    });
    expect(parsePadding("none")).toBeNull();
    expect(parsePadding("auto")).toBe("auto");
  });

  test.each(["wrap:4", "circular", "circular:-1", "zero:/0", "zero:99999", "zero:1.5"])(
    "%s is refused",
    (text) => {
      expect(() => parsePadding(text)).toThrow(expect.objectContaining({ code: "pad/syntax" }));
    },
  );
});
