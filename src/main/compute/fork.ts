/** The compute process as a forked Node process: the browser host's. */
import { fork } from "node:child_process";
import type { Child } from "./client";
import type { FromCompute } from "./messages";

/**
 * @param entry the built `compute.js`
 * @param hear what the process prints; else it goes to this program's own stderr
 * @param args for it: GIVE_WAY where windows are served
 */
export function forkCompute(
  entry: string,
  hear?: (text: string) => void,
  args: readonly string[] = [],
): Child {
  // "advanced" is structured clone: typed arrays and bigints cross as they are.
  const child = fork(entry, args, {
    serialization: "advanced",
    stdio: ["ignore", "ignore", hear === undefined ? "inherit" : "pipe", "ipc"],
    execArgv: [],
  });
  if (hear !== undefined) child.stderr?.setEncoding("utf8").on("data", hear);
  let ended: string | null = null;
  const listeners: ((reason: string) => void)[] = [];
  const end = (reason: string): void => {
    if (ended !== null) return;
    ended = reason;
    for (const listener of listeners) listener(reason);
  };
  child.on("exit", (code, signal) =>
    end(signal === null ? `exit code ${code}` : `signal ${signal}`),
  );
  child.on("error", (error) => end(error.message));
  return {
    // A process that is just gone is reported by its exit, not by the failing write.
    send: (message) => child.connected && child.send(message, () => undefined),
    onMessage: (listener) => child.on("message", (message) => listener(message as FromCompute)),
    onExit: (listener) => (ended === null ? listeners.push(listener) : listener(ended)),
    kill: () => child.kill("SIGKILL"),
  };
}
