/** Every simulator. To add one: its file, and a line here. */
import { UserError } from "../../../shared/errors";
import { didYouMean } from "../../../shared/nearest";
import { advection, advection1d } from "./advection";
import { allenCahn, conservativeAllenCahn } from "./allenCahn";
import { burgers } from "./burgers";
import { diffusion, diffusion1d } from "./diffusion";
import { euler } from "./euler";
import { fitzHughNagumo } from "./fitzHughNagumo";
import { grayScott } from "./grayScott";
import { kdv } from "./kdv";
import { navierStokes } from "./navierStokes";
import { nBody } from "./nBody";
import { oscillators } from "./oscillators";
import { shallowWater } from "./shallowWater";
import type { Simulator } from "./simulator";
import { springs } from "./springs";
import { wave } from "./wave";

export const simulators: readonly Simulator[] = [
  advection1d,
  diffusion1d,
  burgers,
  kdv,
  advection,
  diffusion,
  wave,
  navierStokes,
  shallowWater,
  euler,
  allenCahn,
  conservativeAllenCahn,
  grayScott,
  fitzHughNagumo,
  nBody,
  springs,
  oscillators,
];

/** @throws UserError "simulate/system" */
export function simulatorNamed(id: string): Simulator {
  const found = simulators.find((one) => one.id === id);
  if (found !== undefined) return found;
  const names = simulators.map((one) => one.id);
  throw new UserError("simulate/system", `There is no system “${id}”.`, {
    where: id,
    todo: didYouMean(id, names) ?? `There are ${names.join(", ")}.`,
  });
}
