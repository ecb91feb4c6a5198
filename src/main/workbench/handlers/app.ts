/** What this program and this machine are. */
import { availableParallelism, hostname } from "node:os";
import { UPLOAD_LIMIT } from "../upload";
import type { Handlers, Services } from "../services";

export function appHandlers({
  host,
  version,
  places,
  devices,
}: Services): Pick<Handlers, "app.info" | "devices.list"> {
  return {
    "app.info": () => ({
      version,
      host,
      platform: process.platform,
      machine: hostname(),
      home: places.studies,
      threads: availableParallelism(),
      uploadLimit: UPLOAD_LIMIT,
    }),
    "devices.list": ({ measure }) => devices.list(measure),
  };
}
