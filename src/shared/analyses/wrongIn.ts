/** Checks of options with a syntax of their own. */
import { toErrorRecord } from "../errors";

/** What a text should have been, for the form; null where it can be read. */
export function wrongIn(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    return `what can be read: ${toErrorRecord(error).message.replace(/\.$/, "")}`;
  }
}
