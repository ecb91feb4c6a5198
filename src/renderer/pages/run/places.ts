/** Where the figures of a run stand: the first over the whole width, the others two abreast without gaps. */

export type Place = "wide" | "tall" | "flat";

/** Higher than wide by this, a picture stands beside two flat ones. */
const SQUARE = 0.85;
/** Flatter than this, a picture gains by the whole width. */
const LOW = 0.7;

/** @param aspects height over width of each figure, in the order shown */
export function placesOf(aspects: readonly number[]): Place[] {
  const places = aspects.map((aspect, i): Place => {
    if (i === 0) return "wide";
    const next = aspects.slice(i + 1, i + 3);
    return aspect > SQUARE && next.length === 2 && next.every((one) => one <= SQUARE)
      ? "tall"
      : "flat";
  });
  const cells = places.slice(1).reduce((sum, place) => sum + (place === "tall" ? 2 : 1), 0);
  if (cells % 2 === 1) {
    // Only there does a whole row leave the others in pairs.
    const last = aspects.length - 1;
    const gains = [last, 1].find((i) => aspects[i]! <= LOW);
    places[gains ?? last] = "wide";
  }
  return places;
}
