/**
 * `npm run gpu:tensorflow`: fetches TensorFlow's native library (some 400 MB) and tfjs-node-gpu's binding to it, by that
 * package's own script. Nothing here runs when dependencies are installed.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, dirname, join } from "node:path";

function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}

const require = createRequire(import.meta.url);
if (process.platform === "darwin" || process.arch !== "x64") {
  fail("TensorFlow has CUDA on Linux and Windows x64 only; WebGPU computes on this machine's GPU.");
}

const manifest = "@tensorflow/tfjs-node-gpu/package.json";
let folder;
try {
  folder = dirname(require.resolve(manifest));
} catch {
  fail("The package @tensorflow/tfjs-node-gpu is not installed: run npm ci first.");
}

// Its script calls node-pre-gyp by name, and node-pre-gyp a compiler where no binding is offered for this Node.
const bins = [join(folder, "node_modules", ".bin"), join(folder, "..", "..", ".bin")];
const search = [...bins, process.env.PATH].join(delimiter);
const { status, error } = spawnSync(process.execPath, ["scripts/install.js", "gpu", "download"], {
  cwd: folder,
  stdio: "inherit",
  env: { ...process.env, PATH: search },
});
if (error !== undefined || status !== 0) {
  fail(
    `TensorFlow's library could not be fetched: ${error?.message ?? `its script ended with ${status}, see above`}. Where a proxy is needed, name it in HTTPS_PROXY.`,
  );
}

const { napi_versions: offered } = require(manifest).binary;
const version = Math.max(...offered.filter((each) => each <= Number(process.versions.napi)));
const addon = join(folder, "lib", `napi-v${version}`, "tfjs_binding.node");
if (!existsSync(addon))
  fail(`TensorFlow's library was fetched, but its binding ${addon} is missing.`);
process.stdout.write("TensorFlow's library is installed; noetherscope devices tries it.\n");
