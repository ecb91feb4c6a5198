/** A vector field as arrows: where they stand and how long they are, thinned to what can be told apart. */
import type { Part } from "./part";

export interface VectorField {
  /** Components along x and y, each [height, width] with y increasing with the row. */
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** The magnitude that the longest arrow has, shared by all panels that are compared. */
  readonly longest: number;
}

/** From tail to head in pixels, y downward. */
export interface Arrow {
  readonly fromX: number;
  readonly fromY: number;
  readonly toX: number;
  readonly toY: number;
}

/** Pixels between arrows at least. */
const APART = 13;
/** Pixels below which an arrow is only a head. */
const SHORTEST = 1.5;
/** How far the longest arrow reaches towards its neighbour. */
const REACH = 0.95;

/**
 * The arrows that are seen in a panel. Every k-th grid point has one, the same ones wherever the part lies, centred on
 * its cell; values that are not finite and vectors too short to point anywhere have none.
 * @param size of the panel, in pixels
 */
export function quiver(
  field: VectorField,
  width: number,
  height: number,
  part: Part,
  size: { readonly width: number; readonly height: number },
): Arrow[] {
  const cellX = size.width / (width * part.share);
  const cellY = size.height / (height * part.share);
  const every = Math.max(1, Math.ceil(APART / Math.min(cellX, cellY)));
  const reach = (REACH * every * Math.min(cellX, cellY)) / (field.longest || 1);
  const arrows: Arrow[] = [];
  const start = Math.floor(every / 2);
  for (let row = start; row < height; row += every) {
    const y = ((height - row - 0.5) / height - part.top) * height * cellY;
    if (y < 0 || y > size.height) continue;
    for (let column = start; column < width; column += every) {
      const x = ((column + 0.5) / width - part.left) * width * cellX;
      if (x < 0 || x > size.width) continue;
      const dx = field.x[row * width + column]! * reach;
      const dy = -field.y[row * width + column]! * reach;
      if (!(Math.hypot(dx, dy) >= SHORTEST)) continue;
      arrows.push({ fromX: x - dx / 2, fromY: y - dy / 2, toX: x + dx / 2, toY: y + dy / 2 });
    }
  }
  return arrows;
}

/** The largest finite magnitude in several fields. */
export function longestOf(
  fields: Iterable<{ readonly x: ArrayLike<number>; readonly y: ArrayLike<number> }>,
): number {
  let longest = 0;
  for (const { x, y } of fields) {
    for (let i = 0; i < x.length; i++) {
      const size = Math.hypot(x[i]!, y[i]!);
      if (Number.isFinite(size) && size > longest) longest = size;
    }
  }
  return longest;
}

/** Draws them dark on a light edge, to be seen on every colour of every map. */
export function drawArrows(pen: CanvasRenderingContext2D, arrows: readonly Arrow[]): void {
  pen.beginPath();
  for (const { fromX, fromY, toX, toY } of arrows) {
    const [dx, dy] = [toX - fromX, toY - fromY];
    const length = Math.hypot(dx, dy);
    const head = Math.min(4, 0.45 * length) / length;
    pen.moveTo(fromX, fromY);
    pen.lineTo(toX, toY);
    for (const side of [0.6, -0.6]) {
      pen.moveTo(toX, toY);
      pen.lineTo(toX - head * (dx + side * dy), toY - head * (dy - side * dx));
    }
  }
  pen.lineCap = "round";
  for (const [ink, thickness] of [
    ["rgb(255 255 255 / 75%)", 2.6],
    ["#16191c", 1.1],
  ] as const) {
    pen.strokeStyle = ink;
    pen.lineWidth = thickness;
    pen.stroke();
  }
}
