/** Entry of a worker thread: all tasks of one lane. Never terminated from outside, as that aborts native code. */
import { parentPort, workerData } from "node:worker_threads";
import type { Lane } from "./compute";
import { giveWay } from "./giveWay";
import { serveTasks } from "./serve";
import { tasks } from "./tasks";

if (parentPort === null) throw new Error("this file is a worker thread's entry");
const { lane, givesWay } = workerData as { lane: Lane; givesWay: boolean };
if (givesWay) giveWay();
serveTasks(parentPort, tasks, lane);
