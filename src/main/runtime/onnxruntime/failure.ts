/** What onnxruntime throws, told apart: a kernel that there is not, a device that is gone or full, a fault of ours. */
import { UserError } from "../../../shared/errors";
import type { Provider } from "./providers";

/** Words of Dawn, CUDA, DirectX and Metal for a device that does not answer any more. */
const lost =
  /device (?:is |was )?(?:lost|removed|hung)|DEVICE_(?:LOST|REMOVED|HUNG)|CUDA(?:_ERROR| failure)|CUDNN|CUBLAS|unspecified launch failure/i;
const full = /out of memory|OUT_OF_DEVICE_MEMORY|E_OUTOFMEMORY|Failed to allocate|bad_alloc/i;

const other = "Choose another device, or let the CPU take over (--fallback on the command line).";

/** Why a session could not be made. onnxruntime's reasons are sentences already; some of them a user can mend. */
export function refused(error: unknown, { label, remedy }: Provider, isDevice: boolean): Error {
  const message = messageOf(error);
  const missing = /Could not find an implementation for (\w+)\(\d+\) node with name '([^']*)'/.exec(
    message,
  );
  if (missing !== null) {
    return new UserError(
      "runtime/no-kernel",
      `onnxruntime has no kernel for ${missing[1]} with these element types (node ${missing[2]}).`,
      { where: missing[2]!, todo: "Use the reference executor.", cause: error },
    );
  }
  if (isDevice) {
    return (
      deviceFailure(error, label) ??
      new UserError("device/absent", `${label} did not start: ${brief(message)}.`, {
        todo: remedy(message),
        cause: error,
      })
    );
  }
  return new Error(`onnxruntime refused a graph: ${message}`, { cause: error });
}

/**
 * Whether onnxruntime lost a node of a sound graph while it fused operators: of chained factors before matrix products
 * it removes one that is still read (1.30). Without fusions the graph is taken.
 */
export function isFusionFault(error: unknown): boolean {
  return /Invalid model\. Node input '[^']*' is not a graph input/.test(messageOf(error));
}

/** Why a run on a device ended; what the device is not to blame for is passed on as it is. */
export function failed(error: unknown, { label }: Provider, isDevice: boolean): unknown {
  return (isDevice ? deviceFailure(error, label) : null) ?? error;
}

/**
 * The operator whose kernel refused its input or form while it ran, as our encoder named the node; the device's layout
 * passes append to names.
 */
export function refusedOperator(error: unknown): string | null {
  const node = /while running \w+ node\. Name:'([A-Za-z]+)_\d+(?:_token_\d+)?'/;
  const message = messageOf(error);
  return lost.test(message) || full.test(message) ? null : (node.exec(message)?.[1] ?? null);
}

function deviceFailure(error: unknown, label: string): UserError | null {
  const message = messageOf(error);
  if (full.test(message)) {
    return new UserError("device/memory", `${label} has not enough memory for this.`, {
      todo: `Allow less memory or fewer samples at once (--memory on the command line). ${other}`,
      cause: error,
    });
  }
  const operator = refusedOperator(error);
  if (operator !== null) {
    return new UserError(
      "device/no-kernel",
      `${label} cannot compute this form of ${operator}: ${brief(message)}.`,
      { where: operator, todo: other, cause: error },
    );
  }
  if (lost.test(message)) {
    return new UserError("device/lost", `${label} was lost while computing: ${brief(message)}.`, {
      todo: `What was finished before is kept. Start again. ${other}`,
      cause: error,
    });
  }
  return null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The sentence in a message that begins with source files and goes on with what was being evaluated. */
function brief(message: string): string {
  const line = message.split("\n")[0]!.trim();
  const said =
    /(?:was false\.|Status Message:|\] : \d+ : [A-Z_]+ :)\s*(.*)$/.exec(line)?.[1] ?? line;
  return said.replace(/[.\s]+$/, "").slice(0, 200);
}
