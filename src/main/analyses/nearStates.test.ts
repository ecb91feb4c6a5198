import { describe, expect, test } from "vitest";
import { normals, randomFrom } from "../../shared/random";
import { nearStates } from "./nearStates";

const states = normals(randomFrom(1), 600);

describe("values", () => {
  test("a step from their states are later states, wherever these lie", () => {
    for (const offset of [0, 1e3]) {
      const x = states.map((value) => value + offset);
      const later = x.map((value, i) => value + 0.1 * states[(i + 7) % 600]!);
      expect(nearStates(x, later, 3)).toEqual({ kind: "state", doubtful: false });
    }
  });

  test("far from their states are rates", () => {
    expect(
      nearStates(
        states,
        states.map((value) => -3 * value),
        3,
      ),
    ).toEqual({
      kind: "rate",
      doubtful: false,
    });
  });

  test("about as far from them as states from each other are in doubt, either way", () => {
    const shrunk = (by: number) =>
      nearStates(
        states,
        states.map((value) => by * value),
        3,
      );
    expect(shrunk(0.3)).toEqual({ kind: "state", doubtful: true });
    expect(shrunk(-0.3)).toEqual({ kind: "rate", doubtful: true });
  });
});
