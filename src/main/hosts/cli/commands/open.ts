/** `noetherscope open`: the window, in Electron where its binary can be had, otherwise in a browser. */
import { spawn } from "node:child_process";
import { resolve } from "node:path";
import { UserError } from "../../../../shared/errors";
import type { Command, Shell } from "../command";
import { electronBinary, fetchElectron } from "../electron";
import { serveOptions, serveUntilStopped } from "./serve";

export const open: Command = {
  name: "open",
  summary: "The window: on the desktop, or in a browser where Electron cannot be had.",
  takes: "[STUDY_DIR]",
  options: serveOptions,
  example: "noetherscope open studies/turbulence",
  async run(args, shell) {
    const path = args.positionals[0] === undefined ? null : resolve(args.positionals[0]);
    if (!canShowWindows()) {
      shell.remark("There is no display here, so the window is served for a browser.");
      return serveUntilStopped(args, shell, path);
    }
    const binary =
      electronBinary(shell.program) ?? fetchElectron(shell.program, shell.places.settings);
    if (binary !== null) return startElectron(binary, path, shell);
    shell.remark(
      "Electron's binary is not there and cannot be fetched, so the window opens in a browser.",
    );
    return serveUntilStopped(args, shell, path);
  },
};

function canShowWindows(): boolean {
  const { platform, env } = process;
  return platform !== "linux" || Boolean(env["DISPLAY"]) || Boolean(env["WAYLAND_DISPLAY"]);
}

function startElectron(binary: string, path: string | null, shell: Shell): Promise<void> {
  const paths = path === null ? [] : [path];
  return new Promise((done, failed) => {
    const child = spawn(binary, [shell.program, ...paths], { stdio: "inherit" });
    shell.signal.addEventListener("abort", () => child.kill(), { once: true });
    child.on("error", failed);
    child.on("exit", (code) => {
      if (code === 0 || shell.signal.aborted) done();
      else failed(new UserError("desktop/ended", `The window ended with exit code ${code}.`));
    });
  });
}
