/**
 * tfjs with the best backend there is: TensorFlow by tfjs-node-gpu where its native library was installed, else
 * tfjs's own in JavaScript. Loaded when first asked for, once a thread.
 */
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { prepareTensorFlow, restoreUtil, tf32 } from "./environment";
import type { Tfjs } from "./lowering/lowering";

export interface TfjsLibrary {
  readonly tf: Tfjs;
  /** "TensorFlow on CUDA, TF32 off", "JavaScript on the CPU". */
  readonly device: string;
  readonly native: boolean;
  /** Why TensorFlow is not used, in one sentence with the command that would make it so; null where it is. */
  readonly reason: string | null;
}

const COMMAND = "npm run gpu:tensorflow";

let loaded: TfjsLibrary | undefined;

export function loadTfjs(): TfjsLibrary {
  return (loaded ??= load(createRequire(import.meta.url)));
}

function load(require: NodeJS.Require): TfjsLibrary {
  // One and the same core for every backend: the copy that tfjs-node-gpu requires.
  const tf = require("@tensorflow/tfjs-core") as Tfjs;
  // Advice to install tfjs-node, and warnings of features that are not used.
  tf.enableProdMode();
  const failure = loadTensorFlow(require);
  if (failure === null) {
    const gpu = (tf.backend() as { isUsingGpuDevice?: boolean }).isUsingGpuDevice === true;
    return {
      tf,
      native: true,
      device: gpu ? `TensorFlow on CUDA, TF32 ${tf32()}` : "TensorFlow on the CPU",
      reason: gpu ? null : "TensorFlow is installed but finds no CUDA device.",
    };
  }
  require("@tensorflow/tfjs-backend-cpu");
  // Synchronous for this backend; the promise is for those that are not.
  void tf.setBackend("cpu");
  return { tf, native: false, device: "JavaScript on the CPU", reason: failure };
}

/** Registers and selects the backend "tensorflow". @returns why it could not, or null */
function loadTensorFlow(require: NodeJS.Require): string | null {
  if (platform() !== "linux" && platform() !== "win32" && platform() !== "darwin") {
    return `TensorFlow has no library for ${platform()} ${arch()}.`;
  }
  prepareTensorFlow();
  restoreUtil();
  try {
    require("@tensorflow/tfjs-node-gpu");
    return null;
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    if (/native addon module/.test(message)) {
      return `TensorFlow's native library is not installed; ${COMMAND} fetches it.`;
    }
    if (code === "MODULE_NOT_FOUND") {
      return `The package @tensorflow/tfjs-node-gpu is not installed; npm ci and ${COMMAND} install it.`;
    }
    const [first] = message.split("\n");
    return `TensorFlow's native library does not load (${first}); ${COMMAND} fetches it anew.`;
  }
}
