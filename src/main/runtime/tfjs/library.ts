/**
 * tfjs and its two backends: TensorFlow by tfjs-node-gpu where its native library was installed, and tfjs's own in
 * JavaScript, which is everywhere. Each is loaded when first asked for, once a thread.
 */
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UserError } from "../../../shared/errors";
import type { Lack } from "../onnxruntime/providers";
import { prepareTensorFlow, restoreUtil, tf32 } from "./environment";
import type { Tfjs } from "./lowering/lowering";

export interface Backend {
  /** As results carry it: "tfjs 4.22.0, CUDA through TensorFlow, TF32 off". */
  readonly description: string;
  /** Whether it is a device beside the CPU. */
  readonly isDevice: boolean;
  /** tfjs, computing there from now on. */
  select(): Tfjs;
}

/** Not called `require`: the build declares that name of its own in every chunk where it sees it called. */
const load = createRequire(import.meta.url);

/**
 * @param device "cpu" or "cuda:0", the first card; TensorFlow itself chooses among what CUDA_VISIBLE_DEVICES shows
 * @throws UserError "device/unknown", "device/absent" with the command that would mend it
 */
export function backendFor(device: string): Backend {
  if (device === "cpu") return onCpu();
  if (device === "cuda" || device === "cuda:0") return onCuda();
  throw new UserError("device/unknown", `tfjs has no device “${device}”.`, {
    where: device,
    todo: "It has cpu and cuda:0.",
  });
}

/** In JavaScript, by one thread. */
function onCpu(): Backend {
  const tf = core();
  load("@tensorflow/tfjs-backend-cpu");
  return backend(tf, "cpu", "JavaScript on the CPU");
}

function onCuda(): Backend {
  const lack = tensorFlowLack();
  if (lack !== null) throw absent(lack);
  prepareTensorFlow();
  restoreUtil();
  const tf = core();
  try {
    load("@tensorflow/tfjs-node-gpu");
  } catch (error) {
    const [line] = (error as Error).message.split("\n");
    throw absent({ reason: `TensorFlow's library does not load: ${line}.`, todo: remedy(line!) });
  }
  const found = backend(tf, "tensorflow", `CUDA through TensorFlow, TF32 ${tf32()}`);
  found.select();
  if ((tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true) return found;
  throw absent({ reason: "TensorFlow finds no CUDA card.", todo: remedy("") });
}

/** One and the same for both backends: the copy that tfjs-node-gpu requires. */
function core(): Tfjs {
  const tf = load("@tensorflow/tfjs-core") as Tfjs;
  // Without advice on stderr to install what is chosen here.
  tf.enableProdMode();
  return tf;
}

function backend(tf: Tfjs, name: "cpu" | "tensorflow", words: string): Backend {
  return {
    description: `tfjs ${tf.version_core}, ${words}`,
    isDevice: name === "tensorflow",
    select() {
      // At once for these two; the promise is for backends that start otherwise.
      if (tf.getBackend() !== name) void tf.setBackend(name);
      return tf;
    },
  };
}

function absent({ reason, todo }: Lack): UserError {
  return new UserError("device/absent", reason, todo === null ? {} : { todo });
}

/** What TensorFlow lacks, as far as files tell; null where only trying tells. */
export function tensorFlowLack(): Lack | null {
  if (process.platform === "darwin" || process.arch !== "x64") {
    return { reason: "TensorFlow has CUDA on Linux and Windows x64 only.", todo: null };
  }
  if (existsSync(addonPath())) return null;
  return {
    reason: "TensorFlow's native library is not installed.",
    todo: "Fetch it with npm run gpu:tensorflow.",
  };
}

/** Where tfjs-node-gpu looks for it: node-pre-gyp's folder of the newest Node-API that both know. */
function addonPath(): string {
  const folder = dirname(load.resolve("@tensorflow/tfjs-node-gpu/package.json"));
  const { binary } = load("@tensorflow/tfjs-node-gpu/package.json") as {
    binary: { napi_versions: number[] };
  };
  const newest = Math.max(
    ...binary.napi_versions.filter((version) => version <= Number(process.versions.napi)),
  );
  return join(folder, "lib", `napi-v${newest}`, "tfjs_binding.node");
}

/** What to do after a failure to start, by its message and what was printed on the way. */
export function remedy(message: string): string {
  const library = /([\w.+-]+\.so[\d.]*): cannot open shared object file/.exec(message)?.[1];
  // The libraries that TensorFlow 2.9 was built with (tensorflow.org/install/source, tested build configurations).
  return library === undefined || library.startsWith("libtensorflow")
    ? "Look with nvidia-smi whether the driver sees the card, and install TensorFlow's library anew: npm run gpu:tensorflow."
    : `${library} was not found. TensorFlow 2.9 needs CUDA 11.2 and cuDNN 8: install them and name their folder in LD_LIBRARY_PATH.`;
}
