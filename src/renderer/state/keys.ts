/** Keys as commands name them ("Mod+Shift+Z") against what the keyboard sends, and as people read them. */

const onMac = typeof navigator !== "undefined" && /Mac|iP(hone|ad)/.test(navigator.platform);

type Press = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

export function matches(keys: string, event: Press, mac = onMac): boolean {
  const parts = keys.split("+");
  const key = parts.pop() ?? "";
  const mod = parts.includes("Mod");
  if ((mac ? event.metaKey : event.ctrlKey) !== mod) return false;
  if ((mac ? event.ctrlKey : event.metaKey) || event.altKey !== parts.includes("Alt")) return false;
  if (!/^[a-z0-9]$/i.test(key)) {
    // A sign such as ? or [ may itself need Shift (or, with Alt, make another sign): the code serves there.
    return (
      event.key === key ||
      (key === "[" && event.code === "BracketLeft") ||
      (key === "]" && event.code === "BracketRight")
    );
  }
  if (event.shiftKey !== parts.includes("Shift")) return false;
  return (
    event.key.toLowerCase() === key.toLowerCase() ||
    event.code === `Digit${key}` ||
    event.code === `Key${key.toUpperCase()}`
  );
}

export function showKeys(keys: string, mac = onMac): string {
  const names: Record<string, string> = mac
    ? { Mod: "⌘", Shift: "⇧", Alt: "⌥" }
    : { Mod: "Ctrl", Shift: "Shift", Alt: "Alt" };
  const parts = keys.split("+").map((part) => names[part] ?? part);
  return parts.join(mac ? "" : "+");
}

/** True where the keyboard writes text or moves within a control of its own. */
export function isEditing(target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  return (
    target.closest(
      "input:not([type=checkbox]):not([type=radio]):not([type=range]), textarea, select, [contenteditable=true], [role=menu], [role=listbox], dialog",
    ) !== null
  );
}
