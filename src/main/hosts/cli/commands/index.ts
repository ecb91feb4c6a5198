/** Every command, in the order of the overview. */
import type { Command } from "../command";
import { serve } from "./serve";

export const commands: readonly Command[] = [serve];
