import { expect, test } from "vitest";
import { codedNotice, readNotice } from "./notices";

test("a notice gives back its code and what it is about", () => {
  const cut = codedNotice("span/energy-cut", "r (x: 98.1 %)");
  expect(readNotice(cut)).toEqual({ code: "span/energy-cut", about: "r (x: 98.1 %)" });
  const open = codedNotice("symmetry/not-established", "elements");
  expect(readNotice(open)).toEqual({ code: "symmetry/not-established", about: "elements" });
});

test("what only informs has no code", () => {
  expect(
    readNotice("A batch of 4 is small: its span and quartiles rest on few states."),
  ).toBeNull();
});
