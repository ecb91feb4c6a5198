import { readdirSync } from "node:fs";
import js from "@eslint/js";
import importX from "eslint-plugin-import-x";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

/** src/main from the top down: a folder may import only what stands below it, and src/shared. */
const order = [
  "hosts",
  "workbench",
  "compute",
  "figures",
  "analyses",
  "training",
  "models",
  "data",
  "fields",
  "runtime",
  "graph",
];

/** A folder each. */
const analyses = readdirSync(new URL("src/main/analyses", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

const zones = [
  ...order.map((folder, level) => ({
    target: `./src/main/${folder}`,
    from: order.slice(0, level).map((above) => `./src/main/${above}`),
    message: `src/main/${folder} may import only from ${order.slice(level + 1).join(", ") || "src/shared"}.`,
  })),
  {
    target: "./src/main/fields",
    from: ["./src/main/graph", "./src/main/runtime"],
    message: "fields know nothing of graphs.",
  },
  { target: "./src/shared", from: ["./src/main", "./src/renderer"] },
  {
    target: "./src/renderer",
    from: "./src/main",
    message: "The renderer knows only the contract.",
  },
  { target: "./src/main", from: "./src/renderer" },
  // An analysis knows nothing of another analysis; what several need stands beside their folders.
  ...analyses.map((analysis, _, all) => ({
    target: `./src/main/analyses/${analysis}`,
    from: all.filter((other) => other !== analysis).map((other) => `./src/main/analyses/${other}`),
  })),
].filter((zone) => zone.from.length > 0);

export default ts.config(
  {
    ignores: [
      "out/",
      "dist/",
      "release/",
      ".cache/",
      "node_modules/",
      "coverage/",
      "test-results/",
    ],
  },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    languageOptions: { globals: { ...globals.node, ...globals.browser } },
    plugins: { "import-x": importX },
    settings: { "import-x/resolver": { node: { extensions: [".ts", ".js", ".svelte"] } } },
    rules: {
      "import-x/no-restricted-paths": ["error", { zones }],
      "import-x/no-cycle": ["error", { ignoreExternal: true }],
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/no-empty-object-type": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_" },
      ],
      "@typescript-eslint/consistent-type-imports": "error",
      "no-undef": "off",
      eqeqeq: "error",
    },
  },
  {
    files: ["src/shared/**", "src/renderer/**"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["node:*", "electron"], message: "The window has neither Node nor Electron." },
          ],
        },
      ],
    },
  },
  {
    files: ["src/shared/**"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-globals": [
        "error",
        ...["window", "document", "navigator", "localStorage", "process", "Buffer"].map((name) => ({
          name,
          message: "src/shared runs in the window and in Node.",
        })),
      ],
    },
  },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: {
      parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig },
    },
  },
);
