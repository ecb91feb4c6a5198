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

  constructor(
    code: string,
    sentence: string,
    details: { where?: string; todo?: string; cause?: unknown } = {},
  ) {
    super(sentence, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.where = details.where;
    this.todo = details.todo;
  }
}

/** An error as it crosses a process boundary. */
export interface ErrorRecord {
  code: string;
  message: string;
  where?: string;
  todo?: string;
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
