/** Every command, in the order of the overview. */
import type { Command } from "../command";
import { analyseCommands } from "./analyse";
import { dataConvert } from "./dataConvert";
import { dataInfo } from "./dataInfo";
import { devices } from "./devices";
import { figure } from "./figure";
import { modelBuild } from "./modelBuild";
import { modelCheck } from "./modelCheck";
import { modelCompare } from "./modelCompare";
import { modelInfo } from "./modelInfo";
import { modelGradcheck } from "./modelGradcheck";
import { modelGradients } from "./modelGradients";
import { modelNew } from "./modelNew";
import { modelProject } from "./modelProject";
import { modelRun } from "./modelRun";
import { modelTest } from "./modelTest";
import { open } from "./open";
import { run } from "./run";
import { serve } from "./serve";
import { simulate } from "./simulate";
import { sweep } from "./sweep";
import { train } from "./train";

export const commands: readonly Command[] = [
  open,
  serve,
  devices,
  dataInfo,
  dataConvert,
  modelInfo,
  modelCheck,
  modelCompare,
  modelBuild,
  modelRun,
  modelNew,
  modelProject,
  modelGradients,
  modelTest,
  modelGradcheck,
  simulate,
  train,
  ...analyseCommands,
  figure,
  run,
  sweep,
];
