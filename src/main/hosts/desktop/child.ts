/** The compute process as Electron's utility process. */
import { utilityProcess } from "electron";
import type { Child } from "../../compute/client";
import type { FromCompute } from "../../compute/messages";

/** @param entry the built `compute.js` */
export function forkUtility(entry: string): Child {
  const child = utilityProcess.fork(entry, [], { serviceName: "Noetherscope compute" });
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
