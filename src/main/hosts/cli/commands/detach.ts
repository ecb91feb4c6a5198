/** Commands that go on when the connection is lost: the same command in a session of its own, what it says in a file. */
import { open } from "node:fs/promises";
import { UserError } from "../../../../shared/errors";
import { fileError } from "../../../../shared/fileErrors";
import type { Options, Shell } from "../command";

export const detachOption: Options = {
  detach: {
    help: "Go on in the background, also when the connection is lost; says where the log is.",
  },
};

/**
 * Starts the command again without `--detach`, and says where to look.
 * @throws UserError "file/…", "detach/no-process"
 */
export async function detach(shell: Shell, log: string): Promise<void> {
  const file = await open(log, "a").catch((error: unknown) => {
    throw fileError(error, log, "write");
  });
  try {
    const pid = shell.detach?.(file.fd);
    if (pid === undefined) {
      throw new UserError("detach/no-process", "No process could be started in the background.", {
        where: log,
        todo: "Run it without --detach, under nohup, screen or tmux.",
      });
    }
    shell.print(`Goes on as process ${pid}; what it says is in ${log}.`);
  } finally {
    await file.close();
  }
}
