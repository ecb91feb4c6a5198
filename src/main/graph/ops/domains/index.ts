/**
 * Where every operator is defined, for the tests of its rule and of its agreement with other executors: no
 * operator can be added without an entry here.
 */
import type { OpName } from "..";
import type { Domain } from "./domain";
import { elementwise } from "./elementwise";
import { indexing } from "./indexing";
import { structure } from "./structure";
import { windows } from "./window";

export const domains: Record<OpName, Domain> = {
  ...elementwise,
  ...structure,
  ...indexing,
  ...windows,
};

export { Random } from "./random";
export type { Case, CaseInput, Domain } from "./domain";
