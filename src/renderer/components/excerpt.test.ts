import * as fc from "fast-check";
import { expect, test } from "vitest";
import { excerptOf } from "./excerpt";

test("the caret stands under the same letter as in the whole text", () => {
  const letter = fc.constantFrom(..."abcxyz+*( ");
  fc.assert(
    fc.property(fc.array(letter, { maxLength: 80 }), fc.nat(80), (letters, place) => {
      const text = letters.join("");
      const position = Math.min(place, text.length);
      const { text: shown, caret } = excerptOf(text, position);
      expect(shown[caret.length - 1] ?? "").toBe(text[position] ?? "");
      expect(shown.length).toBeLessThanOrEqual(41);
    }),
  );
});

test("short texts stand whole, of long ones the ends are left out", () => {
  expect(excerptOf("x + ", 4)).toEqual({ text: "x + ", caret: "    ^" });
  const { text } = excerptOf("a".repeat(60), 30);
  expect(text).toMatch(/^…a+…$/);
});
