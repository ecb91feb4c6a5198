/** Finding a command by what one would call it. */
import type { Command } from "./command";

/** Commands in which every word of `text` begins some word, those whose label begins with it first. */
export function search(commands: readonly Command[], text: string): Command[] {
  const split = (words: string): string[] =>
    words
      .toLowerCase()
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean);
  const wanted = split(text);
  const wordsOf = ({ label, keywords, group }: Command): string[] =>
    split(`${label} ${keywords ?? ""} ${group}`);
  const first = (command: Command): number =>
    command.label.toLowerCase().startsWith(text.trim().toLowerCase()) ? 0 : 1;
  return commands
    .filter((command) => {
      const words = wordsOf(command);
      return wanted.every((start) => words.some((word) => word.startsWith(start)));
    })
    .sort((a, b) => first(a) - first(b));
}
