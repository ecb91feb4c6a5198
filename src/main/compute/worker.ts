/** Entry of a worker thread: all tasks of one lane. Never terminated from outside, as that aborts native code. */
import { parentPort, workerData } from "node:worker_threads";
import type { Lane } from "./compute";
import { serveTasks } from "./serve";
import { tasks } from "./tasks";

if (parentPort === null) throw new Error("this file is a worker thread's entry");
serveTasks(parentPort, tasks, (workerData as { lane: Lane }).lane);
