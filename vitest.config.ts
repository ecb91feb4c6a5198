import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  resolve: { conditions: ["browser"] },
  test: {
    include: ["src/**/*.test.ts", "bench/**/*.test.ts", "resources/**/*.test.ts"],
    // Native executors dislike being loaded in worker threads that vitest tears down at will.
    pool: "forks",
    setupFiles: ["build/properties.ts"],
    testTimeout: 30_000,
    // Continuous integration counts tests from a report beside what people read.
    reporters: process.env["UNIT_REPORT"]
      ? ["default", ["json", { outputFile: process.env["UNIT_REPORT"] }]]
      : ["default"],
  },
});
