import fc from "fast-check";
import { expect, test } from "vitest";
import { History } from "./history";

test("undo and redo walk over the states as an editor's would", () => {
  const action = fc.oneof(
    fc.record({ do: fc.constant("edit" as const), value: fc.integer() }),
    fc.constantFrom({ do: "undo" as const }, { do: "redo" as const }),
  );
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const history = new History<number>();
      // The model: all states in a row, and where we are among them.
      let states = [0];
      let at = 0;
      let now = 0;
      for (const step of actions) {
        if (step.do === "edit") {
          history.push(`to ${step.value}`, now, step.value);
          now = step.value;
          states = [...states.slice(0, at + 1), now];
          at++;
        } else {
          const state = step.do === "undo" ? history.back() : history.forward();
          at = Math.min(states.length - 1, Math.max(0, at + (step.do === "undo" ? -1 : 1)));
          now = state ?? now;
        }
        expect(now).toBe(states[at]);
        expect(history.undo === null).toBe(at === 0);
        expect(history.redo === null).toBe(at === states.length - 1);
      }
    }),
  );
});
