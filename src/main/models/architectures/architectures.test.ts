import { describe, expect, test } from "vitest";
import { architectures } from "../../../shared/architectures";
import { networkPlan } from ".";
import { measured } from "./testing";

const definitions = Object.values(architectures);

describe.each(definitions)("$id", ({ id, presets, layouts }) => {
  test.each(Object.entries(presets))("%s has the parameters that it says", (preset, stated) => {
    const plan = networkPlan({ id, preset, parameters: {} }, measured(layouts[0]!));
    expect(plan.parameterCount).toBe(stated.parameters);
  });
});
