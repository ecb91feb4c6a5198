/** Layers of equal width over all numbers of a state. */
import { mlp as definition } from "../../../shared/architectures/mlp";
import { sizeOf } from "../../../shared/tensor";
import { architecture } from "./architecture";
import { activated, linear, type Activation } from "./layers";
import { outputShape } from "./states";

export const mlp = architecture(definition, (w, x, { width, depth, activation }, states) => {
  const { g } = w;
  const [n] = x.shape as [number];
  let h = g.reshape(x, [n, sizeOf(states.shape)]);
  for (let layer = 0; layer < depth; layer++) {
    h = activated(w, linear(w.scope("layers", layer), h, width), activation as Activation);
  }
  const shape = outputShape(states);
  return g.reshape(linear(w.scope("layers", depth), h, sizeOf(shape)), [n, ...shape]);
});
