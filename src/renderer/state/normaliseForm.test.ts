import { describe, expect, test } from "vitest";
import { byField, fromFields, modeOf } from "./normaliseForm";

const names = ["density", "v"];

describe("a normalisation in a form", () => {
  test.each([
    ["auto", "one"],
    ["pooled", "one"],
    ["density=log/pooled,v=pooled", "fields"],
    ["log/pooled", "fields"],
    ["pooled,density=none", "fields"],
    ["density=1+-2", "fields"],
    ["v.x=pooled", "written"],
    ["stats.json", "written"],
    ["pool", "written"],
  ] as const)("%s is shown as %s", (text, mode) => {
    expect(modeOf(text, names)).toBe(mode);
  });

  test("says of each field what it has, and back", () => {
    expect(byField("per-channel,v=0+-2", names)).toEqual(["per-channel", "0+-2"]);
    expect(fromFields(names, ["per-channel", "0+-2"])).toBe("density=per-channel,v=0+-2");
    expect(byField("none", names)).toEqual(["none", "none"]);
  });
});
