/** What a command of the command line is: a record from which parsing, help and errors follow. */
import { extname } from "node:path";
import { parseArgs } from "node:util";
import { UserError } from "../../../shared/errors";
import { didYouMean } from "../../../shared/nearest";
import type { Compute } from "../../compute/compute";
import type { Places } from "../../workbench/places";

/** The world as commands see it; tests give them another. */
export interface Shell {
  /** The result, and nothing else. */
  print(line: string): void;
  /** Remarks and progress. */
  remark(line: string): void;
  /** Whether remarks reach a person, who wants progress. */
  readonly terminal: boolean;
  /** Draws over the line before; only where `terminal`. */
  progress(line: string): void;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  readonly places: Places;
  /** Folder of the program itself. */
  readonly program: string;
  /** Starts this command again without --detach, in a session of its own. @returns its process; absent in tests */
  readonly detach?: (log: number) => number | undefined;
  /** Loaded when first needed: the executors' native code takes its time. */
  readonly compute: () => Promise<Compute>;
}

export interface Option {
  /** What stands after the flag in the help, "FILE"; a flag without it takes no value. */
  readonly value?: string;
  readonly help: string;
  readonly default?: string;
  readonly required?: boolean;
  readonly many?: boolean;
}

export type Options = Readonly<Record<string, Option>>;

/** Values as given: strings, true for flags without a value, lists where `many`. */
export interface Arguments {
  readonly positionals: readonly string[];
  text(name: string): string | undefined;
  /** A required option or one with a default. */
  given(name: string): string;
  flag(name: string): boolean;
  /** Whether it was given, be it its default. */
  has(name: string): boolean;
  /** true for `--name`, false for `--no-name`, undefined for neither. */
  switched(name: string): boolean | undefined;
  list(name: string): readonly string[];
}

export interface Command {
  /** "model run". */
  readonly name: string;
  readonly summary: string;
  /** Positional arguments as the usage line shows them: "MODEL", "FILE…", "[PATH…]". */
  readonly takes?: string;
  readonly options: Options;
  readonly example: string;
  /** More for `--help`. */
  readonly details?: string;
  run(args: Arguments, shell: Shell): Promise<void>;
}

/** Wrong usage: exit code 2, and the usage line after the sentence. */
export class UsageError extends UserError {
  constructor(sentence: string, todo?: string) {
    super("usage", sentence, todo === undefined ? {} : { todo });
  }
}

const helpOption: Options = { help: { help: "Show this help." } };

/** @throws UsageError naming the option or argument */
export function parseArguments(command: Command, argv: readonly string[]): Arguments {
  const options = { ...command.options, ...helpOption };
  const parsed = parse(argv, options);
  const text = (name: string): string | undefined => {
    const value = parsed.values[name] ?? options[name]?.default;
    return typeof value === "string" ? value : undefined;
  };
  const args: Arguments = {
    positionals: parsed.positionals,
    text,
    given: (name) => text(name)!,
    flag: (name) => parsed.values[name] === true,
    has: (name) => parsed.values[name] !== undefined,
    switched: (name) => {
      if (parsed.values[`no-${name}`] === true) return false;
      return parsed.values[name] === true ? true : undefined;
    },
    list: (name) => {
      const value = parsed.values[name];
      return Array.isArray(value) ? (value as string[]) : [];
    },
  };
  if (args.flag("help")) return args;
  for (const [name, option] of Object.entries(options)) {
    const missing = option.many === true ? args.list(name).length === 0 : text(name) === undefined;
    if (option.required === true && missing)
      throw new UsageError(`--${name} ${option.value ?? ""} is needed.`);
  }
  checkPositionals(command.takes ?? "", parsed.positionals, argv);
  return args;
}

function parse(
  argv: readonly string[],
  options: Options,
): { values: Record<string, unknown>; positionals: string[] } {
  try {
    return parseArgs({
      args: withNegatives(argv, options),
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(options).map(([name, { value, many }]) => [
          name,
          {
            type: value === undefined ? ("boolean" as const) : ("string" as const),
            multiple: many ?? false,
          },
        ]),
      ),
    });
  } catch (error) {
    throw asUsageError(error as NodeJS.ErrnoException, options);
  }
}

/** A negative number after an option is its value, and what is wrong with it is for its range to say. */
function withNegatives(argv: readonly string[], options: Options): string[] {
  const args: string[] = [];
  for (const word of argv) {
    const last = args.at(-1) ?? "";
    const takes = last.startsWith("--") && options[last.slice(2)]?.value !== undefined;
    if (takes && /^-\.?\d/.test(word) && !args.includes("--")) {
      args[args.length - 1] = `${last}=${word}`;
    } else args.push(word);
  }
  return args;
}

/** What Node says about options, in our words: its sentences give advice that fits no option of ours. */
function asUsageError(error: NodeJS.ErrnoException, options: Options): Error {
  const { code, message } = error;
  const flag = /--?[\w-]+/.exec(message)?.[0] ?? "An option";
  const name = flag.replace(/^-+/, "");
  const value = options[name]?.value;
  switch (code) {
    case "ERR_PARSE_ARGS_UNKNOWN_OPTION": {
      const known = Object.keys(options).map((option) => `--${option}`);
      return new UsageError(`There is no option “${flag}” here.`, didYouMean(`--${name}`, known));
    }
    case "ERR_PARSE_ARGS_INVALID_OPTION_VALUE":
      if (value === undefined) return new UsageError(`${flag} takes no value.`);
      if (!message.includes("ambiguous"))
        return new UsageError(`${flag} ${value} lacks its value.`);
      return new UsageError(
        `${flag} is followed by what looks like another option.`,
        `Where its value begins with a dash, write ${flag}=VALUE.`,
      );
    default:
      return error;
  }
}

function checkPositionals(takes: string, given: readonly string[], argv: readonly string[]): void {
  const names = takes.split(" ").filter((name) => name !== "");
  const least = names.filter((name) => !name.startsWith("[")).length;
  const most = names.some((name) => name.includes("…")) ? Infinity : names.length;
  if (given.length < least)
    throw new UsageError(`${names[given.length]!.replace("…", "")} is missing.`);
  if (given.length > most) {
    throw expandedBeside(given[most]!, argv) ?? new UsageError(`“${given[most]!}” is one argument too many.`); // prettier-ignore
  }
}

/** Files of one kind in a row, where one is taken: a shell has put them in the place of a pattern. */
function expandedBeside(extra: string, argv: readonly string[]): UsageError | null {
  const ending = extname(extra);
  const alike = (argument: string | undefined): boolean =>
    argument !== undefined && !argument.startsWith("-") && extname(argument) === ending;
  const at = argv.lastIndexOf(extra);
  let [first, end] = [at, at + 1];
  while (alike(argv[first - 1])) first--;
  while (alike(argv[end])) end++;
  if (ending === "" || end - first < 2) return null;
  const flag = argv[first - 1]?.startsWith("--") === true ? argv[first - 1]! : "The command";
  return new UsageError(
    `${flag} takes one file here, and ${end - first} are given: ${argv.slice(first, end).join(", ")}.`,
    "If a shell put them in the place of a pattern (*), name one of them, or the folder of one training; a pattern that the program is to read itself stands in quotes.",
  );
}

/** `usage: noetherscope model run MODEL --inputs FILE --out FILE [options]`. */
export function usageLine({ name, takes, options }: Command): string {
  const needed = Object.entries(options)
    .filter(([, option]) => option.required)
    .map(([flag, { value }]) => `--${flag} ${value ?? ""}`.trim());
  const more = Object.keys(options).length > needed.length ? ["[options]"] : [];
  return ["usage: noetherscope", name, takes ?? "", ...needed, ...more]
    .filter((part) => part !== "")
    .join(" ");
}

/** Columns of a help text: where the explanations start, and where lines end. */
const HELP_COLUMN = 26;
const HELP_WIDTH = 100;

export function helpOf(command: Command): string {
  const rows = Object.entries({ ...command.options, ...helpOption }).map(([flag, option]) => {
    const head = `  --${flag}${option.value === undefined ? "" : ` ${option.value}`}`;
    const standard =
      option.default === undefined || option.default === "" ? "" : ` Default: ${option.default}.`;
    const lines = wrapped(option.help + standard, HELP_WIDTH - HELP_COLUMN);
    // A long head has its line to itself.
    const block = head.length < HELP_COLUMN ? lines : ["", ...lines];
    return block
      .map((line, i) => (i === 0 ? head : "").padEnd(HELP_COLUMN) + line)
      .map((line) => line.trimEnd())
      .join("\n");
  });
  const details = command.details?.split("\n").flatMap((line) => wrapped(line, HELP_WIDTH));
  return [
    command.summary,
    "",
    usageLine(command),
    "",
    ...(details === undefined ? [] : [...details, ""]),
    "options:",
    ...rows,
    "",
    "example:",
    `  ${command.example}`,
  ].join("\n");
}

/** Lines of at most `width` letters, broken between words. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}
