/** Every architecture of the program. To add one: a definition here, its graph in src/main/models/architectures. */
import { cnn } from "./cnn";
import { d4cnn } from "./d4cnn";
import type { ArchitectureDefinition } from "./definition";
import { fno } from "./fno";
import { messagePassing } from "./messagePassing";
import { mlp } from "./mlp";
import { unet } from "./unet";
import { vit } from "./vit";

export const architectures = {
  mlp,
  cnn,
  unet,
  vit,
  fno,
  "d4-cnn": d4cnn,
  "message-passing": messagePassing,
} as const;

export type ArchitectureId = keyof typeof architectures;

export const architectureIds = Object.keys(architectures) as readonly ArchitectureId[];

/** The definition with that id, or undefined. */
export function architectureById(id: string): ArchitectureDefinition | undefined {
  return Object.hasOwn(architectures, id)
    ? (architectures as unknown as Record<string, ArchitectureDefinition>)[id]
    : undefined;
}
