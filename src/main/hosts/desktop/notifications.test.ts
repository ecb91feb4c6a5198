import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Job } from "../../../shared/contract";
import { LONG } from "../../../shared/jobNews";
import { notifyOfJobs, type Desktop } from "./notifications";

const job = { id: "1", title: "Train unet", error: null } as Job;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

/** A desktop whose window has the focus or not. */
function desktop(focused: boolean): { said: string[]; shown: number[]; click(): void } & Desktop {
  const said: string[] = [];
  const shown: number[] = [];
  let clicked: () => void = () => undefined;
  return {
    said,
    shown,
    click: () => clicked(),
    windows: () => [{ isFocused: () => focused, show: () => shown.push(1) }],
    notification: class {
      constructor({ title }: { title: string }) {
        said.push(title);
      }
      on(_event: string, listener: () => void): this {
        clicked = listener;
        return this;
      }
      show(): void {
        said.push("shown");
      }
    } as unknown as Desktop["notification"],
  };
}

function endsAfter(milliseconds: number, to: Desktop): void {
  const listeners: ((job: Job) => void)[] = [];
  const on = (_name: string, listener: (job: Job) => void): (() => void) => {
    listeners.push(listener);
    return () => undefined;
  };
  notifyOfJobs({ on } as unknown as Parameters<typeof notifyOfJobs>[0], to);
  for (const listener of listeners) listener({ ...job, state: "running" });
  vi.advanceTimersByTime(milliseconds);
  for (const listener of listeners) listener({ ...job, state: "done" });
}

test("a long job that ends unseen is told of, and a click shows the window", () => {
  const unseen = desktop(false);
  endsAfter(LONG, unseen);
  expect(unseen.said).toEqual(["Train unet is done", "shown"]);
  unseen.click();
  expect(unseen.shown).toHaveLength(1);
});

test("what is short, and what is looked at, needs no word", () => {
  const [short, seen] = [desktop(false), desktop(true)];
  endsAfter(LONG - 1, short);
  endsAfter(LONG, seen);
  expect([...short.said, ...seen.said]).toEqual([]);
});
