import { expect, test } from "vitest";
import type { DataEntry, ModelEntry } from "../../shared/contract";
import { someData, someModel } from "./fakeClient";
import { proposalFor } from "./proposal";

function model(name: string, path: string, fields: string): ModelEntry {
  const entry = someModel();
  const metadata = { noetherscope: JSON.stringify({ fields, boundary: "open" }) };
  return { ...entry, name, file: { ...entry.file, path }, info: { ...entry.info, metadata } };
}

function data(path: string, channels: number): DataEntry {
  const entry = someData();
  const channel = { name: "", kind: "unknown", group: "" };
  const info = { ...entry.info, fields: null, channels: new Array(channels).fill(channel) };
  return { ...entry, file: { ...entry.file, path }, info };
}

const beside = model("beside", "/a/net.onnx", "scalar:p,vector:v");
const last = model("last", "/b/net.onnx", "vector:v,scalar:q");

test("a model in the data's own folder is asked before the one opened last", () => {
  const found = proposalFor(data("/a/net.example.npz", 3), [beside, last]);
  expect(found).toMatchObject({ model: "beside", fields: "scalar:p,vector:v", boundary: "open" });
  expect(proposalFor(data("/c/x.npz", 3), [beside, last])?.model).toBe("last");
});

test("a file of the model's fields hears its boundary, and one of others nothing", () => {
  const named = (fields: string): DataEntry => {
    const entry = data("/a/net.example.npz", 3);
    return { ...entry, info: { ...entry.info, fields } };
  };
  expect(proposalFor(named("scalar:p,vector:v"), [beside, last])?.boundary).toBe("open");
  expect(proposalFor(named("scalar:h,vector:v"), [beside, last])).toBeUndefined();
});

test("a model that states a boundary without fields proposes it for the states that it takes", () => {
  const entry = model("plain", "/a/plain.onnx", "scalar:p");
  const metadata = { noetherscope: JSON.stringify({ boundary: "open" }) };
  const taking = (shape: (number | null)[]): ModelEntry => ({
    ...entry,
    info: { ...entry.info, metadata, inputs: [{ ...entry.info.inputs[0]!, shape }] },
  });
  const states = data("/a/x.npz", 3);
  const { info } = states;
  const planes = {
    ...states,
    info: { ...info, axes: ["trajectory", "time", "channel", "y", "x"], shape: [2, 5, 3, 8, 8] },
  };
  const found = proposalFor(planes, [taking([null, 3, null, null])]);
  expect(found).toMatchObject({ fields: null, boundary: "open", model: "plain" });
  expect(proposalFor(planes, [taking([null, 3])])).toBeUndefined();
  expect(proposalFor(planes, [taking([null, 2, 8, 8])])).toBeUndefined();
});

test("models that take another number of channels, or say nothing, propose nothing", () => {
  expect(proposalFor(data("/a/x.npz", 2), [beside, last])).toBeUndefined();
  expect(proposalFor(data("/a/x.npz", 3), [someModel()])).toBeUndefined();
});
