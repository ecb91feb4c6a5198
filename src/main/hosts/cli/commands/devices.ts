/** `noetherscope devices` */
import type { Device } from "../../../../shared/contract";
import { Devices } from "../../../compute/devices";
import type { Command } from "../command";
import { json, jsonOption } from "./shared";

export const devices: Command = {
  name: "devices",
  summary: "Executors and devices, ready or why not, and their measured speed.",
  options: jsonOption,
  details:
    "Each device computes a known network in a process of its own and is compared with the float64 reference. Speeds are of 3×3 convolutions and of matrix products in float32 (a multiply–add counts as two operations), and of data that go there and come back.",
  example: "noetherscope devices",
  async run(args, shell) {
    const found = await new Devices(await shell.compute()).list(true, shell.signal);
    shell.print(args.flag("json") ? json(found) : found.map(paragraphOf).join("\n\n"));
  },
};

/** A heading, what was found, and what to do where something is missing. */
function paragraphOf(device: Device): string {
  const { executor, device: id, name, state, reason, todo } = device;
  const heading = `${id.padEnd(9)} ${executor}: ${name}`;
  const found = device.ready ? `ready${factsOf(device)}` : `${words[state]}: ${reason ?? ""}`;
  return [heading, found, ...(todo === null ? [] : [`→ ${todo}`])].join("\n          ");
}

const words: Readonly<Record<Device["state"], string>> = {
  ready: "ready",
  absent: "not here",
  wrong: "wrong numbers",
  failed: "failed",
};

function factsOf({ deviation, speed, tf32, onCpu }: Device): string {
  const left = Object.entries(onCpu).map(([op, count]) => `${op} ${count}`);
  return [
    deviation === null ? "" : `agrees with float64 to ${deviation.toExponential(1)}`,
    tf32 === null ? "" : `TF32 ${tf32 ? "on" : "off"}`,
    speed === null
      ? ""
      : `convolution ${short(speed.convolution)} GFLOP/s, matrix product ${short(speed.matmul)} GFLOP/s, transfer ${short(speed.transfer)} GB/s`,
    left.length === 0 ? "" : `left to the CPU: ${left.join(", ")}`,
  ]
    .filter((fact) => fact !== "")
    .map((fact) => `; ${fact}`)
    .join("");
}

function short(value: number): string {
  return String(Number(value.toPrecision(2)));
}
