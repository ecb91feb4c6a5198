/** Entry of the command line. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { forkCompute } from "../../compute/fork";
import { keepHeapSmall } from "../../compute/heap";
import { programFolder, userPlaces } from "../../workbench/places";
import type { Shell } from "./command";
import { commands } from "./commands";
import { main } from "./main";

keepHeapSmall();
const program = programFolder(import.meta.dirname);
const interrupt = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    // The second one is meant: whatever holds us up is given up.
    if (interrupt.signal.aborted) process.exit(130);
    interrupt.abort();
  });
}

const terminal = process.stderr.isTTY === true;
let drawn = false;
const clear = (): void => {
  if (drawn) process.stderr.write("\r\x1b[K");
  drawn = false;
};
const shell: Shell = {
  print: (line) => {
    clear();
    process.stdout.write(`${line}\n`);
  },
  remark: (line) => {
    clear();
    process.stderr.write(`${line}\n`);
  },
  terminal,
  progress: (line) => {
    if (!terminal) return;
    clear();
    process.stderr.write(line.slice(0, (process.stderr.columns ?? 80) - 1));
    drawn = true;
  },
  signal: interrupt.signal,
  places: { ...userPlaces(), resources: join(program, "resources") },
  program,
  detach: (log) => {
    const argv = process.argv.slice(1).filter((argument) => argument !== "--detach");
    const child = spawn(process.execPath, argv, { detached: true, stdio: ["ignore", log, log] });
    child.unref();
    return child.pid;
  },
  compute: async () => {
    const { LocalCompute } = await import("../../compute/local");
    const entry = join(program, "out/main/compute.js");
    return new LocalCompute((hear) => forkCompute(entry, hear));
  },
};

// `noetherscope … | head` ends early; that is no fault.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0);
  throw error;
});

const code = await main(process.argv.slice(2), commands, shell);
clear();
// Native executors keep threads that would hold the process; everything is written by now but the pipe's rest.
process.stdout.write("", () => process.exit(code));
