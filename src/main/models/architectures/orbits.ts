/**
 * Kernels moved by the elements of a group. A kernel is a signal on a square of points with some channels; an element
 * moves its points, and its channels as they transform, up to a sign. All images of a kernel are a product with one
 * constant matrix of 0 and ±1, which is exact, differentiates, and runs everywhere.
 */
import type { FieldSpec } from "../../../shared/fields/spec";
import { channelMoves, type ChannelMove } from "../../../shared/groups/channelMoves";
import type { Element } from "../../../shared/groups/element";
import type { Group } from "../../../shared/groups/group";
import { sizeOf, type Tensor } from "../../../shared/tensor";

/** How channels of a kind move under an element. */
export type ChannelMoves = (element: Element) => ChannelMove;

/** Of fields as they are stored. */
export function fieldMoves(fields: FieldSpec, channels: number): ChannelMoves {
  return ({ matrix }) => channelMoves(matrix, fields, channels);
}

/** The regular representation: a channel for each element h, which g takes to that of gh. */
export function regularMoves(group: Group): ChannelMoves {
  const { elements } = group;
  const ids = elements.map(({ id }) => id);
  return (element) => {
    const inverse = group.inverse(element);
    return {
      source: elements.map((h) => ids.indexOf(group.compose(inverse, h).id)),
      sign: elements.map(() => 1),
    };
  };
}

/**
 * The matrix [C·k², G·C·k²] that takes a kernel [C, k, k] (rows y, columns x about the middle) to its images [G, C, k, k]
 * under the elements in the group's order.
 */
export function orbitTable(
  group: Group,
  moves: ChannelMoves,
  channels: number,
  kernel: number,
): Tensor {
  const points = kernel ** 2;
  const shape = [channels * points, group.elements.length * channels * points];
  const data = new Float32Array(sizeOf(shape));
  group.elements.forEach((element, g) => {
    const { source, sign } = moves(element);
    const from = pointSources(element, kernel);
    for (let c = 0; c < channels; c++) {
      for (let q = 0; q < points; q++) {
        const row = source[c]! * points + from[q]!;
        const column = (g * channels + c) * points + q;
        data[row * shape[1]! + column] = sign[c]!;
      }
    }
  });
  return { dtype: "float32", shape, data };
}

/** Where each point of the moved kernel comes from: q from Mᵀq. */
function pointSources({ matrix }: Element, kernel: number): number[] {
  const middle = (kernel - 1) / 2;
  return Array.from({ length: kernel ** 2 }, (_, q) => {
    const [x, y] = [(q % kernel) - middle, Math.floor(q / kernel) - middle];
    const [fromX, fromY] = [
      matrix[0][0] * x + matrix[1][0] * y,
      matrix[0][1] * x + matrix[1][1] * y,
    ];
    return (fromY + middle) * kernel + fromX + middle;
  });
}
