/**
 * The trunk that plain and equivariant CNN share, so that the two differ in their convolutions alone: a first
 * convolution, blocks h + conv(act(norm(conv(act(norm(h)))))) with normalisation and activation first
 * (He et al. 2016, arXiv:1603.05027), a last convolution.
 */
import type { Value } from "../../graph/ir";
import { activated, type Activation } from "./layers";
import type { Weights } from "./weights";

export interface TowerLayers {
  readonly depth: number;
  readonly activation: Activation;
  first(w: Weights, x: Value): Value;
  middle(w: Weights, x: Value): Value;
  last(w: Weights, x: Value): Value;
  /** undefined for none. */
  readonly norm: ((w: Weights, x: Value) => Value) | undefined;
}

export function tower(w: Weights, x: Value, layers: TowerLayers): Value {
  const { depth, activation, norm } = layers;
  const ready = (scope: Weights, h: Value): Value =>
    activated(w, norm === undefined ? h : norm(scope, h), activation);
  let h = layers.first(w.scope("stem"), x);
  for (let i = 0; i < depth; i++) {
    const block = w.scope("blocks", i);
    const inner = layers.middle(block.scope("conv1"), ready(block.scope("norm1"), h));
    const outer = layers.middle(block.scope("conv2"), ready(block.scope("norm2"), inner));
    h = w.g.add(h, outer);
  }
  return layers.last(w.scope("head"), ready(w.scope("norm"), h));
}
