import { readdirSync } from "node:fs";

/** src/main from the top down: a folder may import only what stands below it, and src/shared. */
const order = [
  "hosts",
  "workbench",
  "compute",
  "figures",
  "analyses",
  "training",
  "models",
  "physics",
  "data",
  "fields",
  "runtime",
  "graph",
];

/** A folder each. */
const analyses = readdirSync(new URL("src/main/analyses", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

function forbid(name, from, to) {
  return { name, severity: "error", from, to };
}

/** Which way imports may go. @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    // Types may know of each other: they are gone when the program runs.
    forbid("no cycles", {}, { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } }),
    ...order
      .map((folder, level) => [folder, order.slice(0, level)])
      .filter(([, above]) => above.length > 0)
      .map(([folder, above]) =>
        forbid(
          `${folder} imports only what stands below it`,
          { path: `^src/main/${folder}/` },
          { path: `^src/main/(${above.join("|")})/` },
        ),
      ),
    forbid(
      "fields know nothing of graphs",
      { path: "^src/main/fields/" },
      { path: "^src/main/(graph|runtime)/" },
    ),
    forbid("shared knows nobody", { path: "^src/shared/" }, { path: "^src/(main|renderer)/" }),
    forbid(
      "the window knows only the contract",
      { path: "^src/renderer/" },
      { path: "^src/main/" },
    ),
    forbid("main knows nothing of the window", { path: "^src/main/" }, { path: "^src/renderer/" }),
    // What several analyses need stands beside their folders.
    ...analyses.map((analysis) =>
      forbid(
        `${analysis} knows nothing of another analysis`,
        { path: `^src/main/analyses/${analysis}/` },
        {
          path: `^src/main/analyses/(${analyses.filter((other) => other !== analysis).join("|")})/`,
        },
      ),
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { extensions: [".ts", ".svelte.ts", ".js", ".svelte"] },
  },
};
