/**
 * TeX as MathML, which Chromium lays out and screen readers speak. It is built through the document's object model,
 * which the content security policy allows; nothing becomes markup. The typesetter is loaded when the first formula is
 * shown.
 */
export async function typeset(tex: string, node: HTMLElement, display: boolean): Promise<void> {
  const { default: temml } = await import("temml");
  temml.render(tex, node, { displayMode: display, throwOnError: true });
}
