import { expect, test } from "vitest";
import { moved } from "./moves";

test("a field is moved round its grid, along every axis at once", () => {
  const [rows, columns] = [3, 5];
  const field = Float64Array.from({ length: rows * columns }, (_, i) => i);
  for (const by of [
    [1, 2],
    [2, 4],
    [0, 1],
    [3, 5],
  ]) {
    const away = moved(field, [rows, columns], by);
    field.forEach((value, i) => {
      const row = (Math.floor(i / columns) + by[0]!) % rows;
      const column = ((i % columns) + by[1]!) % columns;
      expect(away[row * columns + column]).toBe(value);
    });
  }
});
