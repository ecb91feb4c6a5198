/** Whether something lies at a path, whatever it is. */
import { access } from "node:fs/promises";

/** False also where nobody may look. */
export function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
