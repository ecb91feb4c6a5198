/** What a landscape says in numbers: losses, gradients, the angle between them, curvatures. */
import { showNumber } from "../charts/scale";
import type { RunRecord } from "../run";
import type { Facts, ShowNumber } from "./facts";
import { number, object } from "./json";

/**
 * Curvatures are those of the Gauss–Newton matrix along the slice's one or two directions, in the units of a loss at a
 * step of one radius; empty texts are left out.
 * @param show how the host writes numbers
 */
export function landscapeFacts(record: RunRecord, show: ShowNumber = showNumber): Facts {
  const { summary } = record;
  const text = (value: unknown): string => show(number(value) ?? NaN);
  const norms = object(summary["norms"]);
  const base = object(summary["baseLoss"]);
  const curvature = object(summary["curvature"]);
  const angle = number(summary["angleDegrees"]);
  const { checkpoints } = summary;
  const share = number(summary["pathShare"]);
  const facts: Facts = [
    ["Element", String(summary["element"] ?? "")],
    ["Directions", String(summary["directions"] ?? "")],
    ["Loss of x", text(base?.["x"])],
    ["Loss of g·x", text(base?.["gx"])],
    ["‖∇ℓ(x)‖", text(norms?.["x"])],
    ["‖∇ℓ(g·x)‖", text(norms?.["gx"])],
    ["Angle", angle === null ? "–" : `${show(angle)}°`],
    ["Cosine", text(summary["cosine"])],
    ["Curvature at x", alongDirections(curvature?.["x"], text)],
    ["Curvature at g·x", alongDirections(curvature?.["gx"], text)],
    ["Unit of the axes ρ", text(summary["radius"])],
    ["Checkpoints", Array.isArray(checkpoints) ? String(checkpoints.length) : ""],
    ["Path’s variance in the plane", share === null ? "" : `${show(100 * share)} %`],
  ];
  return facts.filter(([, fact]) => fact !== "");
}

/** The diagonal of a matrix of one or two directions; empty where there is none. */
function alongDirections(matrix: unknown, text: (value: unknown) => string): string {
  if (!Array.isArray(matrix)) return "";
  return matrix.map((row: unknown, i) => text(Array.isArray(row) ? row[i] : null)).join(", ");
}
