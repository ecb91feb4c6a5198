/** Networks that are made here, as graphs and as files. */
export { networkFile, type NetworkFileOptions, type NetworkStatistics } from "./file";
export {
  fitting,
  networkPlan,
  statisticNames,
  type NetworkPlan,
  type NetworkRequest,
} from "./network";
export { channelsIn, networkStates, outputShape, type NetworkStates } from "./states";
export { noStatistics, pooledStatistics } from "./statistics";
