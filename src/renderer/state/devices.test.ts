import { expect, test } from "vitest";
import type { Device } from "../../shared/contract";
import { DeviceList } from "./devices.svelte";
import { FakeClient } from "./fakeClient";

function someDevice(change: Partial<Device>): Device {
  return {
    id: "",
    executor: "onnxruntime",
    device: "cpu",
    name: "",
    ready: true,
    state: "ready",
    reason: null,
    todo: null,
    deviation: null,
    tf32: null,
    speed: null,
    onCpu: {},
    ...change,
  };
}

test("a form is offered what was found right, on the executor that has devices", async () => {
  const found = [
    someDevice({ device: "cpu" }),
    someDevice({ device: "webgpu", ready: false, state: "wrong" }),
    someDevice({ device: "cuda:0" }),
    someDevice({ device: "cpu", executor: "reference" }),
  ];
  const devices = new DeviceList(new FakeClient({ "devices.list": () => found }));
  expect(devices.choices).toEqual([]);
  await devices.look(false);
  expect(devices.choices.map(({ device }) => device)).toEqual(["cpu", "cuda:0"]);
});

test("devices are looked for once at a time, and again after a failure", async () => {
  let answer: () => Promise<Device[]> = () => Promise.reject(new Error("gone"));
  const client = new FakeClient({ "devices.list": () => answer() });
  const devices = new DeviceList(client);
  const [first] = [devices.look(true), devices.look(false)];
  expect(devices.busy).toBe("measuring");
  await expect(first).rejects.toThrow("gone");
  expect(client.calls).toHaveLength(1);
  answer = () => Promise.resolve([]);
  await devices.look(false);
  expect(devices).toMatchObject({ busy: null, known: [] });
});
