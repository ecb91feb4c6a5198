/** A network that is made here, as a window asks for it and is told of it. */
import { z } from "zod";

/** An architecture, a preset of it, and what differs from that. */
export const networkRequest = z.object({
  id: z.string(),
  /** null for the smallest. */
  preset: z.string().nullable(),
  parameters: z.record(z.string(), z.unknown()),
});
export type NetworkRequest = z.infer<typeof networkRequest>;

const presetOffer = z.object({
  name: z.string(),
  /** Why it does not fit the data, a sentence; then there is nothing to count. */
  reason: z.string().nullable(),
  parameterCount: z.number(),
  /** Of a forward pass of one sample. */
  multiplyAdds: z.number(),
});

export const architectureOffer = z.object({
  id: z.string(),
  /** Why no preset fits the data; null where one does. */
  reason: z.string().nullable(),
  presets: z.array(presetOffer),
});
export type ArchitectureOffer = z.infer<typeof architectureOffer>;

export const networkPreview = z.object({
  id: z.string(),
  preset: z.string(),
  /** Complete. */
  settings: z.record(z.string(), z.union([z.number(), z.boolean(), z.string()])),
  /** One sample's. */
  input: z.array(z.number()),
  output: z.array(z.number()),
  parameterCount: z.number(),
  /** Of a forward pass of one sample. */
  multiplyAdds: z.number(),
  parameters: z.array(z.object({ name: z.string(), shape: z.array(z.number()) })),
  /** Where settings are taken otherwise than they read, each a sentence. */
  notices: z.array(z.string()),
});
export type NetworkPreview = z.infer<typeof networkPreview>;
