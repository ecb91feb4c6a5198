/** From arguments to an exit code: 0 done, 1 failed, 2 wrong usage, 130 cancelled. */
import { isAbort, sentence, toErrorRecord, UserError } from "../../../shared/errors";
import { didYouMean, nearest } from "../../../shared/nearest";
import { programVersion } from "../../workbench/places";
import { helpOf, parseArguments, usageLine, type Command, type Shell } from "./command";

/** Errors of options are wrong usage wherever they are found. */
const usageCodes = [
  "usage",
  "device/unknown",
  "device/executor",
  "params/unknown",
  "params/invalid",
  "group/unknown",
  "group/element",
  "fields/syntax",
  "axes/syntax",
  "figure/unknown",
  "figure/view",
];

export async function main(
  argv: readonly string[],
  commands: readonly Command[],
  shell: Shell,
): Promise<number> {
  const found = findCommand(argv, commands);
  if (found === null) return withoutCommand(argv, commands, shell);
  const { command, rest } = found;
  try {
    const args = parseArguments(command, rest);
    if (args.flag("help")) {
      shell.print(helpOf(command));
      return 0;
    }
    await command.run(args, shell);
    return 0;
  } catch (error) {
    if (shell.signal.aborted && (isAbort(error) || error instanceof UserError)) {
      shell.remark("Cancelled.");
      return 130;
    }
    if (!(error instanceof UserError)) {
      shell.remark(`This is a fault of Noetherscope: ${(error as Error).stack ?? String(error)}`);
      return 1;
    }
    shell.remark(sentence(toErrorRecord(error)));
    if (!usageCodes.includes(error.code)) return 1;
    shell.remark(usageLine(command));
    return 2;
  }
}

/** The command with the longest name that the arguments begin with. */
function findCommand(
  argv: readonly string[],
  commands: readonly Command[],
): { command: Command; rest: readonly string[] } | null {
  const matches = commands
    .map((command) => ({ command, words: command.name.split(" ") }))
    .filter(({ words }) => words.every((word, i) => argv[i] === word))
    .sort((a, b) => b.words.length - a.words.length);
  const best = matches[0];
  return best === undefined ? null : { command: best.command, rest: argv.slice(best.words.length) };
}

function withoutCommand(
  argv: readonly string[],
  commands: readonly Command[],
  shell: Shell,
): Promise<number> | number {
  const first = argv[0];
  if (first === undefined) return main(["open"], commands, shell);
  if (first === "--version") {
    shell.print(programVersion(shell.program));
    return 0;
  }
  const overview = overviewOf(first, commands);
  if (first === "--help" || first === "help") {
    shell.print(overview);
    return 0;
  }
  const isFamily = commands.some(({ name }) => name.startsWith(`${first} `));
  if (isFamily && (argv[1] === undefined || argv[1] === "--help")) {
    (argv[1] === undefined ? shell.remark : shell.print)(overview);
    return argv[1] === undefined ? 2 : 0;
  }
  const unknown = isFamily ? `${first} ${argv[1]!}` : first;
  const meant = commandMeant(argv, commands);
  shell.remark(`There is no command “${unknown}”.${meant === undefined ? "" : ` ${meant}`}`);
  // Who is told what was meant need not search it in a list.
  shell.remark(meant === undefined ? overview : "noetherscope --help lists all commands.");
  return 2;
}

/** Names are one word or two; of two the first may be forgotten: “coherence” for “analyse coherence”. */
function commandMeant(argv: readonly string[], commands: readonly Command[]): string | undefined {
  const names = commands.map(({ name }) => name);
  const [first = "", second = ""] = argv;
  const families = [...new Set(names.map((name) => name.split(" ")[0]!))];
  const family = nearest(first, families);
  const members = names.filter((name) => name.startsWith(`${family ?? ""} `));
  const inFamily = members.find((name) => name === `${family!} ${second}`);
  if (inFamily !== undefined) return `Did you mean “${inFamily}”?`;
  const last = new Map(names.map((name) => [name.split(" ").at(-1)!, name]));
  const forgotten = last.get(nearest(first, last.keys()) ?? "");
  return (
    (second === "" ? undefined : didYouMean(`${family ?? first} ${second}`, members)) ??
    (forgotten === undefined ? undefined : `Did you mean “${forgotten}”?`) ??
    (family === undefined || members.length > 0 ? undefined : `Did you mean “${family}”?`)
  );
}

function overviewOf(family: string, commands: readonly Command[]): string {
  const part = commands.filter(({ name }) => name.startsWith(`${family} `));
  const shown = part.length > 0 ? part : commands;
  return [
    "usage: noetherscope COMMAND …",
    "",
    ...shown.map(({ name, summary }) => `  ${name.padEnd(20)} ${summary}`),
    "",
    "noetherscope COMMAND --help tells more, for instance:",
    "  noetherscope analyse coherence --help",
  ].join("\n");
}
