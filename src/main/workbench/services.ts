/** What the handlers of the contract's methods work with; made once by the workbench. */
import type { z } from "zod";
import type { MethodName, MethodOutput, methods } from "../../shared/contract";
import type { Compute } from "../compute/compute";
import type { Devices } from "../compute/devices";
import type { Events } from "./events";
import type { Jobs } from "./jobs";
import type { Places } from "./places";
import type { Recent } from "./recent";
import type { Studies } from "./studies";
import type { Uploads } from "./upload";

export interface Services {
  readonly host: "desktop" | "browser" | "cli";
  readonly version: string;
  readonly places: Places;
  readonly compute: Compute;
  readonly devices: Devices;
  readonly events: Events;
  readonly jobs: Jobs;
  readonly recent: Recent;
  readonly studies: Studies;
  readonly uploads: Uploads;
}

/** One function a method; its input has been checked, its output will be. */
export type Handlers = {
  readonly [M in MethodName]: (
    input: z.output<(typeof methods)[M]["input"]>,
  ) => Promise<MethodOutput<M>> | MethodOutput<M>;
};
