/** Residual blocks of ordinary convolutions at the resolution of the data. */
import { cnn as definition } from "../../../shared/architectures/cnn";
import { architecture, assertOdd, assertReach, edgesOf } from "./architecture";
import { convolution, groupNorm, type Activation } from "./layers";
import { tower } from "./tower";

export const cnn = architecture(definition, (w, x, settings, states) => {
  const { width, depth, kernel, activation, norm } = settings;
  assertOdd(kernel);
  assertReach(x.shape.slice(2), kernel);
  const edges = edgesOf(states, settings.edges);
  return tower(w, x, {
    depth,
    activation: activation as Activation,
    first: (scope, h) => convolution(scope, h, width, kernel, edges),
    middle: (scope, h) => convolution(scope, h, width, kernel, edges),
    last: (scope, h) => convolution(scope, h, states.outputChannels, kernel, edges),
    norm: norm === "group" ? groupNorm : undefined,
  });
});
