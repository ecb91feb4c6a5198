import { resolve } from "node:path";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "electron-vite";

const here = import.meta.dirname;

/**
 * One build for all hosts: `out/main` holds the desktop's main process, the command line (which also serves
 * the browser host) and the compute process; `out/renderer` is the window that both show.
 */
export default defineConfig({
  main: {
    build: {
      outDir: "out/main",
      rolldownOptions: {
        input: {
          desktop: resolve(here, "src/main/hosts/desktop/index.ts"),
          cli: resolve(here, "src/main/hosts/cli/index.ts"),
          compute: resolve(here, "src/main/compute/process.ts"),
          worker: resolve(here, "src/main/compute/worker.ts"),
        },
        output: {
          format: "es",
          entryFileNames: "[name].js",
          chunkFileNames: "chunks/[name]-[hash].js",
        },
      },
    },
  },
  preload: {
    build: {
      outDir: "out/preload",
      rolldownOptions: {
        input: { preload: resolve(here, "src/main/hosts/desktop/preload.ts") },
        // A sandboxed preload script cannot be an ES module.
        output: { format: "cjs", entryFileNames: "[name].cjs" },
      },
    },
  },
  renderer: {
    root: resolve(here, "src/renderer"),
    // Relative addresses of scripts and styles, so that the window also works under a proxy's base path.
    base: "./",
    plugins: [svelte({ configFile: resolve(here, "svelte.config.js") })],
    build: {
      outDir: resolve(here, "out/renderer"),
      minify: true,
      rolldownOptions: { input: resolve(here, "src/renderer/index.html") },
    },
  },
});
