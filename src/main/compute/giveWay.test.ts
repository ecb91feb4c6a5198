import { constants, getPriority, setPriority } from "node:os";
import { expect, test } from "vitest";
import { giveWay } from "./giveWay";

test("jobs go behind what is looked at, and those that wait already stay where they are", () => {
  giveWay();
  expect(getPriority()).toBeGreaterThanOrEqual(constants.priority.PRIORITY_BELOW_NORMAL);
  setPriority(constants.priority.PRIORITY_LOW);
  giveWay();
  expect(getPriority()).toBe(constants.priority.PRIORITY_LOW);
});
