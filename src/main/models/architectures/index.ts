/** Networks that are made here, as graphs and as files. */
export type { NetworkRequest } from "../../../shared/architectures/network";
export { networkFile, type NetworkFileOptions, type NetworkStatistics } from "./file";
export { networkPlan, statisticNames, type NetworkPlan } from "./network";
export { channelsIn, networkStates, outputShape, type NetworkStates } from "./states";
export { noStatistics, pooledStatistics } from "./statistics";
