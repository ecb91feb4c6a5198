import { expect, test } from "vitest";
import { parseArguments, type Command } from "./command";

const command: Command = {
  name: "look",
  summary: "",
  takes: "[PLACE]",
  options: { model: { value: "FILE", help: "" }, out: { value: "DIR", help: "" } },
  example: "",
  run: () => Promise.resolve(),
};

test("files that a shell put in the place of a pattern are told as such, with the option they stand behind", () => {
  const expanded = ["here", "--model", "a/net.onnx", "b/net.onnx", "c/net.onnx", "--out", "runs"];
  expect(() => parseArguments(command, expanded)).toThrow(
    "--model takes one file here, and 3 are given: a/net.onnx, b/net.onnx, c/net.onnx.",
  );
  const { takes: _, ...nothing } = command;
  expect(() => parseArguments(nothing, ["--model", "a.onnx", "b.onnx"])).toThrow("2 are given");
  expect(() => parseArguments(command, ["a.onnx", "b.onnx"])).toThrow(
    "The command takes one file here, and 2 are given",
  );
});

test("one argument too many of another kind stays what it is", () => {
  expect(() => parseArguments(command, ["here", "there"])).toThrow(
    "“there” is one argument too many.",
  );
  expect(() => parseArguments(command, ["here", "--model", "a.onnx", "b.npz"])).toThrow(
    "“b.npz” is one argument too many.",
  );
});
