import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { inTurn } from "./inTurn";

let frames: (() => void)[];
beforeEach(() => {
  frames = [];
  vi.stubGlobal("requestAnimationFrame", (draw: () => void) => frames.push(draw));
});
afterEach(() => vi.unstubAllGlobals());

function frame(): void {
  for (const draw of frames.splice(0)) draw();
}

test("one picture a frame, and of each the last", () => {
  const drawn: string[] = [];
  const [a, b] = [{}, {}];
  inTurn(a, () => drawn.push("a, old"));
  inTurn(b, () => drawn.push("b"));
  inTurn(a, () => drawn.push("a, new"));
  frame();
  expect(drawn).toEqual(["a, new"]);
  frame();
  expect(drawn).toEqual(["a, new", "b"]);
  frame();
  expect(drawn).toHaveLength(2);
});

test("what was taken back is not drawn, and the others are", () => {
  const drawn: string[] = [];
  const back = inTurn({}, () => drawn.push("gone"));
  inTurn({}, () => drawn.push("there"));
  back();
  frame();
  expect(drawn).toEqual(["there"]);
});
