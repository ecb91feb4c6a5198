import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../../shared/run";
import type { StoredData, StoredModel } from "./document";
import { outdates } from "./freshness";

const file = { path: "/nets/net.onnx", size: 10, modified: 1, sha256: "a" };
const weights = { path: "/nets/trainer.pt::model", size: 20, modified: 1, sha256: "b" };

function judged(run: typeof weights | null, entry: typeof weights | null): boolean {
  const record = { model: { ...file, weights: run } } as unknown as RunRecord;
  const model = { file, weights: entry } as unknown as StoredModel;
  return outdates(record, { entry: model, state: "here" }, null);
}

test("a run of another set of weights in the same file is outdated", () => {
  expect(judged(weights, weights)).toBe(false);
  expect(judged(weights, { ...weights, path: "/nets/trainer.pt::ema" })).toBe(true);
  expect(judged({ ...weights, path: "/nets/trainer.pt" }, weights)).toBe(true);
});

test("a file that was moved with its weights is the same", () => {
  expect(judged(weights, { ...weights, path: "/elsewhere/trainer.pt::model" })).toBe(false);
});

describe("a run is of fields as they are read", () => {
  const ranOn = (fields: string): RunRecord =>
    ({ model: null, data: { ...file, fields } }) as unknown as RunRecord;
  const isStale = (run: RunRecord, stated: string | undefined, read: string | null): boolean => {
    const entry = { file, options: { fields: stated }, info: { fields: read } };
    return outdates(run, null, { entry: entry as unknown as StoredData, state: "here" });
  };

  test("so a history, which names those of each state, outdates nothing", () => {
    const stacked = "scalar:rho_1,scalar:rho_2";
    expect(isStale(ranOn(stacked), "scalar:rho", stacked)).toBe(false);
    expect(isStale(ranOn(stacked), "scalar:rho", "scalar:rho")).toBe(true);
    expect(isStale(ranOn("scalar:rho"), "scalar:rho", stacked)).toBe(true);
  });

  test("where nobody stated any, its model did", () => {
    expect(isStale(ranOn("scalar:rho"), undefined, null)).toBe(false);
    expect(isStale(ranOn(""), undefined, "scalar:rho")).toBe(false);
  });
});
