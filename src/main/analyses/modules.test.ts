import { describe, expect, test } from "vitest";
import { Builder } from "../graph/builder";
import type { Value } from "../graph/ir";
import { leavingModules, numbered, passages } from "./modules";

const g = new Builder();
const x = g.input("x", { dtype: "float32", shape: [1, 4] });
const within = (origin: string, make: () => Value): Value => g.at(origin, make);

const lift = within("/lift/Tanh", () => g.tanh(x));
const inner = within("/block/act/Tanh", () => g.tanh(lift));
const branch = within("/block/out/Mul", () => g.mul(inner, 2));
const sum = within("/Add", () => g.add(lift, branch));
const listed = within("/net/net.0/Tanh", () => g.tanh(sum));
const y = within("/Add_1", () => g.add(x, listed));

describe("what everything passes through", () => {
  test("is the trunk and neither a branch nor what is skipped past", () => {
    expect(passages(x, listed).map(({ value }) => value)).toEqual([lift, sum]);
  });

  test("is nothing where the input itself goes past", () => {
    expect(passages(x, y)).toEqual([]);
  });

  test("is called after its module, a sum outside all after the module that was added", () => {
    expect(passages(x, listed).map(({ name }) => name)).toEqual(["lift", "block"]);
    const end = within("/head/Tanh", () => g.tanh(listed));
    expect(passages(x, end).at(-1)!.name).toBe("net.0");
  });
});

test("what leaves a module is what another one reads", () => {
  expect([...leavingModules(x, y)]).toEqual([lift, inner, branch, sum, listed]);
});

test("equal names are numbered", () => {
  const names = numbered([{ name: "a" }, { name: "b" }, { name: "a" }]).map(({ name }) => name);
  expect(names).toEqual(["a", "b", "a (2)"]);
});
