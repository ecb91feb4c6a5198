/**
 * `npm run gpu:cuda`: fetches onnxruntime's CUDA provider, some hundred megabytes that npm's package leaves out, with
 * the package's own script; nothing else is ever fetched. The provider needs NVIDIA's driver and the libraries of
 * CUDA 12 and cuDNN 9, which it does not bring: `noetherscope devices` says which is missing.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const say = (text) => process.stderr.write(`${text}\n`);

if (process.platform !== "linux" || process.arch !== "x64") {
  say(
    `onnxruntime for Node has CUDA on Linux x64 only, not on ${process.platform} ${process.arch}. WebGPU needs nothing more: --device webgpu.`,
  );
  process.exit(1);
}

const folder = join(createRequire(import.meta.url).resolve("onnxruntime-node/package.json"), "..");
const provider = join(folder, "bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so");
const proxy = process.env.HTTPS_PROXY ?? process.env.https_proxy;

if (existsSync(provider)) {
  say("onnxruntime's CUDA provider is there already.");
} else {
  const fetched = spawnSync(
    process.execPath,
    [join(folder, "script/install.js"), "--onnxruntime-node-install=cuda12"],
    {
      stdio: ["ignore", "inherit", "pipe"],
      encoding: "utf8",
      // The script listens to a name of its own for what every other program calls HTTPS_PROXY.
      env: {
        ...(proxy === undefined ? {} : { GLOBAL_AGENT_HTTPS_PROXY: proxy }),
        ...process.env,
      },
    },
  );
  if (fetched.status !== 0 || !existsSync(provider)) {
    const reason = /^\w*Error: (.+)$/m.exec(fetched.stderr)?.[1] ?? "it ended without a reason";
    say(
      `onnxruntime's CUDA provider could not be fetched (${reason}). It comes from api.nuget.org: is there a connection? A proxy is taken from HTTPS_PROXY.`,
    );
    process.exit(1);
  }
  say("onnxruntime's CUDA provider is installed.");
}
say("Now try it: npm run -s noetherscope -- devices");
