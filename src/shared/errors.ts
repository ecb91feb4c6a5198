/** One of the answers to what an error asks. */
export interface ErrorChoice {
  /** For the option that it answers. */
  readonly value: string;
  /** As people read it. */
  readonly label: string;
}

/**
 * What a user can mend. One sentence says what and where, `todo` what to do about it; every host shows the same.
 * Numerical ends (divergence, NaN) are data, not errors; anything else that is thrown is a bug of ours.
 */
export class UserError extends Error {
  override readonly name = "UserError";
  /** Stable, for scripts and tests: "onnx/truncated", "group/not-square" … */
  readonly code: string;
  /** File, node, option or position that the sentence speaks of. */
  readonly where: string | undefined;
  readonly todo: string | undefined;
  /** What could have been meant, where a window can ask; empty where there is nothing to choose. */
  readonly choices: readonly ErrorChoice[];

  constructor(
    code: string,
    sentence: string,
    details: {
      where?: string;
      todo?: string;
      choices?: readonly ErrorChoice[];
      cause?: unknown;
    } = {},
  ) {
    super(sentence, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.where = details.where;
    this.todo = details.todo;
    this.choices = details.choices ?? [];
  }
}

/** An error as it crosses a process boundary. */
export interface ErrorRecord {
  code: string;
  message: string;
  where?: string;
  todo?: string;
  choices?: readonly ErrorChoice[];
  /** Only for bugs of ours: what to send us. */
  stack?: string;
}

/** What another process may know of an error; of cancelling only that it was. */
export function toErrorRecord(error: unknown): ErrorRecord {
  if (error instanceof UserError) {
    return {
      code: error.code,
      message: error.message,
      ...(error.where === undefined ? {} : { where: error.where }),
      ...(error.todo === undefined ? {} : { todo: error.todo }),
      ...(error.choices.length === 0 ? {} : { choices: error.choices }),
    };
  }
  if (isAbort(error)) return { code: "cancelled", message: "Cancelled." };
  const known = error instanceof Error ? error : new Error(String(error));
  return {
    code: "internal",
    message: known.message,
    ...(known.stack === undefined ? {} : { stack: known.stack }),
  };
}

/** The error again, of the kind that it was thrown as. */
export function fromErrorRecord(record: ErrorRecord): Error {
  if (record.code === "cancelled") return new DOMException(record.message, "AbortError");
  if (record.code !== "internal") {
    return new UserError(record.code, record.message, {
      ...(record.where === undefined ? {} : { where: record.where }),
      ...(record.todo === undefined ? {} : { todo: record.todo }),
      ...(record.choices === undefined ? {} : { choices: record.choices }),
    });
  }
  const error = new Error(record.message);
  if (record.stack !== undefined) error.stack = record.stack;
  return error;
}

/** True for what an aborted AbortSignal throws. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** The sentence, its place and its remedy on one line, as the command line prints it. */
export function sentence(error: Pick<ErrorRecord, "message" | "where" | "todo">): string {
  const place =
    error.where !== undefined && !error.message.includes(error.where) ? `${error.where}: ` : "";
  return `${place}${error.message}${error.todo === undefined ? "" : ` ${error.todo}`}`;
}
