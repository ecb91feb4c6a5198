/** Where things are: the user's own settings and studies, and what ships with the program. */
import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

export interface Places {
  /** Recent studies and other settings of the user. */
  readonly settings: string;
  /** Where new studies go unless told otherwise. */
  readonly studies: string;
  /** Examples and helpers that ship with the program. */
  readonly resources: string;
}

/** NOETHERSCOPE_HOME puts settings and studies elsewhere: shared machines, tests. */
export function userPlaces(env: NodeJS.ProcessEnv = process.env): Omit<Places, "resources"> {
  const chosen = env["NOETHERSCOPE_HOME"];
  if (chosen !== undefined && chosen !== "") {
    return { settings: chosen, studies: join(chosen, "studies") };
  }
  return { settings: settingsFolder(env), studies: join(homedir(), "Noetherscope") };
}

function settingsFolder(env: NodeJS.ProcessEnv): string {
  switch (process.platform) {
    case "win32":
      return join(env["APPDATA"] ?? join(homedir(), "AppData", "Roaming"), "Noetherscope");
    case "darwin":
      return join(homedir(), "Library", "Application Support", "Noetherscope");
    default:
      return join(env["XDG_CONFIG_HOME"] ?? join(homedir(), ".config"), "noetherscope");
  }
}

/** The program's own folder, from any file of it, built or not. */
export function programFolder(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (
      existsSync(file) &&
      (JSON.parse(readFileSync(file, "utf8")) as { name?: string }).name === "noetherscope"
    ) {
      return folder;
    }
    if (folder === dirname(folder)) throw new Error(`${start} is not inside of noetherscope`);
  }
}

export function programVersion(program: string): string {
  return (JSON.parse(readFileSync(join(program, "package.json"), "utf8")) as { version: string })
    .version;
}
