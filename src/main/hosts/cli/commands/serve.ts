/** `noetherscope serve`: the window in a browser. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ComputeProcess } from "../../../compute/client";
import { forkCompute } from "../../../compute/fork";
import { GIVE_WAY } from "../../../compute/giveWay";
import { programVersion } from "../../../workbench/places";
import { Workbench } from "../../../workbench/workbench";
import { isLoopback, serveBrowser } from "../../browser";
import { UsageError, type Arguments, type Command, type Options, type Shell } from "../command";

export const serveOptions: Options = {
  port: { value: "PORT", help: "Port to listen on; 0 takes a free one.", default: "0" },
  host: { value: "ADDRESS", help: "Address to listen on.", default: "127.0.0.1" },
  "allow-host": {
    value: "NAME",
    many: true,
    help: "A further name under which a proxy shows this host.",
  },
  "base-path": { value: "PATH", help: "Path under which a proxy shows this host.", default: "/" },
  "no-open": { help: "Only print the address." },
};

export const serve: Command = {
  name: "serve",
  summary: "Show the window in a browser, here or through an SSH tunnel.",
  options: serveOptions,
  example:
    "noetherscope serve --port 8080 --no-open   # and elsewhere: ssh -L 8080:127.0.0.1:8080 server",
  run: (args, shell) => serveUntilStopped(args, shell, null),
};

/**
 * Prints the one address, opens it, and serves until Ctrl-C.
 * @param path what the window opens first
 */
export async function serveUntilStopped(
  args: Arguments,
  shell: Shell,
  path: string | null,
): Promise<void> {
  const port = Number(args.given("port"));
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new UsageError(`“${args.given("port")}” is no port.`, "It is a number up to 65535.");
  }
  const entry = join(shell.program, "out/main/compute.js");
  const compute = new ComputeProcess((hear) => forkCompute(entry, hear, [GIVE_WAY]));
  const workbench = new Workbench({
    host: "browser",
    version: programVersion(shell.program),
    places: shell.places,
    compute,
  });
  try {
    const host = await serveBrowser(workbench, {
      port,
      host: args.given("host"),
      basePath: args.given("base-path"),
      allowHosts: args.list("allow-host"),
      window: join(shell.program, "out/renderer"),
    });
    if (!isLoopback(args.given("host"))) {
      shell.remark(
        `Warning: ${args.given("host")} can be reached from other machines, and what passes is not encrypted. An SSH tunnel to 127.0.0.1 is safer.`,
      );
    }
    const url = path === null ? host.url : `${host.url}&open=${encodeURIComponent(path)}`;
    shell.print(url);
    if (!args.flag("no-open")) openBrowser(url, shell);
    await stopped(shell.signal);
    await host.close();
  } finally {
    await workbench.close();
  }
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Asks the desktop to open the address; where there is none, the printed address has to do. */
function openBrowser(url: string, shell: Shell): void {
  const [command, ...before] =
    process.platform === "darwin"
      ? ["open"]
      : process.platform === "win32"
        ? ["cmd", "/c", "start", ""]
        : ["xdg-open"];
  const child = spawn(command!, [...before, url], { stdio: "ignore", detached: true });
  child.on("error", () => shell.remark("Open this address in a browser."));
  child.unref();
}
