import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { UserError } from "../../shared/errors";
import { Messages } from "./messages.svelte";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test("words leave after six seconds, problems stay until they are put away", () => {
  const messages = new Messages();
  messages.word("Written.");
  messages.problem(new UserError("x/y", "It is not square."));
  vi.advanceTimersByTime(5900);
  expect(messages.all).toHaveLength(2);
  vi.advanceTimersByTime(200);
  expect(messages.all.map(({ kind }) => kind)).toEqual(["problem"]);
  vi.advanceTimersByTime(1e6);
  messages.dismiss(messages.all[0]!.id);
  expect(messages.all).toEqual([]);
});

test("while the pointer is on it a word stays, and leaves its time after", () => {
  const messages = new Messages();
  messages.word("Removed unet.");
  const { id } = messages.all[0]!;
  messages.hold(id);
  vi.advanceTimersByTime(60_000);
  expect(messages.all).toHaveLength(1);
  messages.release(id);
  vi.advanceTimersByTime(6100);
  expect(messages.all).toEqual([]);
});
