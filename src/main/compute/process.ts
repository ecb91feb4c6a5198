/**
 * Entry of the compute process: hands each call to the worker thread of its lane and passes the answers back. Native
 * code runs in the workers only, so this thread always answers; a fault in native code ends this process and no other.
 */
import { Worker } from "node:worker_threads";
import { forbidTf32 } from "../runtime/onnxruntime/providers";
import { prepareTensorFlow } from "../runtime/tfjs/environment";
import { laneOf, type Lane } from "./compute";
import { GIVE_WAY } from "./giveWay";
import { keepHeapSmall } from "./heap";
import type { FromCompute, ToCompute } from "./messages";

keepHeapSmall();

/** Electron's utility process has a port where a forked Node process has `process.send`. */
interface ElectronPort {
  postMessage(message: FromCompute): void;
  on(event: "message", listener: (event: { data: ToCompute }) => void): void;
}

/** Ends this process without unwinding threads that are inside native code. */
function endNow(): void {
  process.kill(process.pid, "SIGKILL");
}

const electronPort = (process as { parentPort?: ElectronPort }).parentPort;

function answer(message: FromCompute): void {
  if (electronPort !== undefined) electronPort.postMessage(message);
  else process.send?.(message);
}

function startWorker(lane: Lane): Worker {
  const worker = new Worker(new URL("./worker.js", import.meta.url), {
    workerData: { lane, givesWay: lane === "jobs" && process.argv.includes(GIVE_WAY) },
  });
  worker.on("message", answer);
  worker.on("error", (error) => {
    process.stderr.write(`${error.stack ?? error.message}\n`);
    endNow();
  });
  return worker;
}

// Before any worker copies the environment.
forbidTf32();
prepareTensorFlow();

const workers: Partial<Record<Lane, Worker>> = {};
const laneOfCall = new Map<number, Lane>();

function receive(message: ToCompute): void {
  if (message.kind === "call") laneOfCall.set(message.id, laneOf(message.task));
  const lane = laneOfCall.get(message.id);
  if (lane !== undefined) (workers[lane] ??= startWorker(lane)).postMessage(message);
}

if (electronPort !== undefined) electronPort.on("message", (event) => receive(event.data));
else {
  process.on("message", receive);
  process.on("disconnect", endNow);
  // A terminal's Ctrl-C reaches the whole group; the program above decides what it means for jobs.
  process.on("SIGINT", () => undefined);
}
