import { expect, test, vi } from "vitest";
import type { Progress } from "./task";
import { throttled } from "./throttle";

test("of reports that come too fast the latest is sent, with the notices that an earlier one had", () => {
  vi.useFakeTimers();
  try {
    const sent: Progress[] = [];
    const { progress, stop } = throttled((report) => sent.push(report));
    progress({ fraction: 0, stage: "opening" });
    progress({ fraction: 0, stage: "opened", notices: ["few samples"] });
    progress({ fraction: 0.1, stage: "computing" });
    progress({ fraction: 0.2, stage: "computing" });
    expect(sent).toEqual([{ fraction: 0, stage: "opening" }]);
    vi.advanceTimersByTime(1000);
    expect(sent.slice(1)).toEqual([
      { fraction: 0.2, stage: "computing", notices: ["few samples"] },
    ]);
    progress({ fraction: 0.3, stage: "computing" });
    expect(sent.at(-1)).toEqual({ fraction: 0.3, stage: "computing" });
    stop();
  } finally {
    vi.useRealTimers();
  }
});
