/** What a page owes to people who do not see it, see it badly, or use no pointer; each finding names its element. */
import type { Page } from "@playwright/test";

/** Roles that one acts on or that stand for something seen: without a name they say nothing. */
const named = new Set(
  (
    "button checkbox combobox dialog img link listbox menuitem menuitemradio option progressbar radio radiogroup " +
    "region searchbox slider spinbutton switch tab tablist tabpanel textbox navigation complementary"
  ).split(" "),
);

/** Elements of the browser's own accessibility tree that have such a role and no name. */
export async function nameless(page: Page): Promise<string[]> {
  const browser = await page.context().newCDPSession(page);
  const { nodes } = await browser.send("Accessibility.getFullAXTree");
  const found: string[] = [];
  for (const { ignored, role, name, backendDOMNodeId } of nodes) {
    if (ignored || !named.has(String(role?.value)) || String(name?.value ?? "").trim() !== "") {
      continue;
    }
    const { node } = await browser.send("DOM.describeNode", {
      ...(backendDOMNodeId === undefined ? {} : { backendNodeId: backendDOMNodeId }),
    });
    found.push(`${String(role?.value)} <${node.localName} ${node.attributes?.join(" ") ?? ""}>`);
  }
  await browser.detach();
  return found;
}

/** Targets under 24 pixels, text under the contrast of WCAG 2.2 AA, ids that occur twice. */
export function flaws(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    // Colours that are still on their way to another theme's are no one's.
    await new Promise(requestAnimationFrame);
    await Promise.allSettled(document.getAnimations().map(({ finished }) => finished));
    const found = new Set<string>();
    const say = (element: Element, what: string): void => {
      const text = (element.textContent ?? "").trim().replace(/\s+/g, " ").slice(0, 40);
      found.add(`${what}: <${element.localName} class="${element.className}"> ${text}`);
    };
    const seen = (element: Element): boolean =>
      element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
      element.getBoundingClientRect().width > 2;

    for (const target of document.querySelectorAll("button, input, select, textarea, summary")) {
      const { width, height } = target.getBoundingClientRect();
      // A label is part of its control's target.
      const label = target.closest("label")?.getBoundingClientRect();
      const [w, h] = [Math.max(width, label?.width ?? 0), Math.max(height, label?.height ?? 0)];
      if (seen(target) && Math.min(w, h) < 24) say(target, `${w.toFixed(0)} × ${h.toFixed(0)} px`);
    }

    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i)))
      found.add(`twice #${id}`);

    type Colour = [number, number, number, number];
    const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;
    const read = (css: string): Colour => {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = css;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      return [r!, g!, b!, a! / 255];
    };
    const over = (top: Colour, below: Colour): Colour => {
      const mix = (i: 0 | 1 | 2): number => top[i] * top[3] + below[i] * (1 - top[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const ground = (element: Element | null): Colour => {
      if (element === null) return [255, 255, 255, 1];
      const own = read(getComputedStyle(element).backgroundColor);
      return own[3] === 1 ? own : over(own, ground(element.parentElement));
    };
    const luminance = (colour: Colour): number => {
      const [r, g, b] = colour.map((value) =>
        value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
      );
      return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
    };
    const words = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (words.nextNode() !== null) {
      const element = words.currentNode.parentElement!;
      if (words.currentNode.textContent!.trim() === "" || !seen(element)) continue;
      // What cannot be used is exempt, and so is what a dialog covers.
      if (element.closest(":disabled, [aria-disabled='true'], [data-disabled], script, style"))
        continue;
      const style = getComputedStyle(element);
      const below = ground(element);
      const [a, b] = [luminance(over(read(style.color), below)), luminance(below)];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const size = parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5)) say(element, `contrast ${ratio.toFixed(2)}`);
    }
    return [...found];
  });
}
