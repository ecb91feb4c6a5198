/** The compute process as Electron's utility process. */
import { utilityProcess } from "electron";
import type { Child } from "../../compute/client";
import { GIVE_WAY } from "../../compute/giveWay";
import type { FromCompute } from "../../compute/messages";

/**
 * @param entry the built `compute.js`
 * @param hear what the process prints; else it goes to this program's own stderr
 */
export function forkUtility(entry: string, hear?: (text: string) => void): Child {
  const child = utilityProcess.fork(entry, [GIVE_WAY], {
    serviceName: "Noetherscope compute",
    stdio: hear === undefined ? "inherit" : "pipe",
  });
  if (hear !== undefined) {
    child.stderr?.on("data", (bytes: Buffer) => hear(bytes.toString("utf8")));
    // Nobody reads it, and a full pipe would stop the process.
    child.stdout?.on("data", () => undefined);
  }
  return {
    send: (message) => child.postMessage(message),
    onMessage: (listener) => child.on("message", (message: FromCompute) => listener(message)),
    onExit: (listener) => child.on("exit", (code) => listener(`exit code ${code}`)),
    kill: () => {
      // Electron's kill asks; native code that hangs does not listen.
      if (child.pid !== undefined) process.kill(child.pid, "SIGKILL");
    },
  };
}
