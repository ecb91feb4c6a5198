import { expect, test } from "vitest";
import { freeName } from "./entries";

const called = (...names: string[]): { name: string }[] => names.map((name) => ({ name }));

test("an entry has its file's name, with the folder's where that is taken, else a number", () => {
  expect(freeName("/runs/mlp/data.npz", [])).toBe("data");
  expect(freeName("/runs/mlp/data.npz", called("data"))).toBe("data (mlp)");
  expect(freeName("/runs/mlp/data.npz", called("data", "data (mlp)"))).toBe("data 2");
  expect(freeName("/runs/mlp/data.npz", called("data", "data (mlp)", "data 2"))).toBe("data 3");
});
