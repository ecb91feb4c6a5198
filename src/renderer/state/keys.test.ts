import { describe, expect, test } from "vitest";
import { search, type Command } from "./commands";
import { matches, showKeys } from "./keys";

const press = (key: string, more: Partial<KeyboardEvent> = {}) => ({
  key,
  code: "",
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});

describe("keys", () => {
  test("Mod is ⌘ on a Mac and Ctrl elsewhere", () => {
    expect(matches("Mod+K", press("k", { metaKey: true }), true)).toBe(true);
    expect(matches("Mod+K", press("k", { ctrlKey: true }), true)).toBe(false);
    expect(matches("Mod+K", press("k", { ctrlKey: true }), false)).toBe(true);
    expect(showKeys("Mod+Shift+Z", true)).toBe("⌘⇧Z");
    expect(showKeys("Mod+Shift+Z", false)).toBe("Ctrl+Shift+Z");
  });

  test("Shift tells undo from redo", () => {
    const redo = press("Z", { ctrlKey: true, shiftKey: true });
    expect(matches("Mod+Z", redo, false)).toBe(false);
    expect(matches("Mod+Shift+Z", redo, false)).toBe(true);
  });

  test("a digit with Alt is known by its key where the layout makes another sign of it", () => {
    expect(matches("Alt+1", press("¡", { altKey: true, code: "Digit1" }), true)).toBe(true);
  });

  test("a sign that needs Shift matches with it", () => {
    expect(matches("?", press("?", { shiftKey: true }), false)).toBe(true);
  });
});

test("every word that is typed must begin a word of the command", () => {
  const command = (label: string): Command => ({
    id: label,
    label,
    group: "View",
    run: () => undefined,
  });
  const all = [command("Open study…"), command("New coherence run…"), command("Run of Monday")];
  expect(search(all, "run").map(({ label }) => label)).toEqual([
    "Run of Monday",
    "New coherence run…",
  ]);
  expect(search(all, "coh new")).toHaveLength(1);
  expect(search(all, "herence")).toEqual([]);
});
