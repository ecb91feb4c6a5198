/** The devices that tfjs computes on, as the list of devices has them. */
import type { DeviceEntry } from "../devices";
import { remedy, tensorFlowLack } from "./library";

/** @param processor its name */
export function tfjsDevices(processor: string): DeviceEntry[] {
  return [
    {
      executor: "tfjs",
      device: "cpu",
      name: `${processor}, JavaScript, 1 thread, float32`,
      lack: () => null,
      remedy: () => "Install the libraries anew with npm ci.",
    },
    {
      executor: "tfjs",
      device: "cuda:0",
      name: "CUDA through TensorFlow",
      lack: tensorFlowLack,
      remedy,
    },
  ];
}
