/** What no page may do in this program: go elsewhere, open windows, get permissions, attach views. */
import { join, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { App, Net, Protocol, Session, Shell, WebContents } from "electron";
import { securityHeaders } from "../security";
import { isOurs, mayOpenOutside, SCHEME } from "./origin";

/** Before the app is ready. */
export function registerScheme(protocol: Pick<Protocol, "registerSchemesAsPrivileged">): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true } },
  ]);
}

/** Serves the built window's files, with the headers that forbid everything else. */
export function serveWindow(
  protocol: Pick<Protocol, "handle">,
  net: Pick<Net, "fetch">,
  folder: string,
): void {
  protocol.handle(SCHEME, async (request) => {
    const path = fileOf(request.url, folder);
    if (path === null) return new Response("There is nothing here.", { status: 404 });
    const file = await net.fetch(pathToFileURL(path).href);
    const headers = new Headers(file.headers);
    for (const [name, value] of Object.entries(securityHeaders)) headers.set(name, value);
    return new Response(file.body, { status: file.status, headers });
  });
}

/** The file that an address of ours names; null where it would leave the folder. */
export function fileOf(address: string, folder: string): string | null {
  if (!isOurs(address)) return null;
  let path: string;
  try {
    path = decodeURIComponent(new URL(address).pathname);
  } catch {
    // Malformed escapes name no file of ours.
    return null;
  }
  const file = join(folder, path);
  return file.startsWith(folder + sep) && !path.includes("\0") ? file : null;
}

export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, decide) => decide(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

/** For every page that ever comes to be, including ones that we did not make. */
export function confine(app: App, shell: Pick<Shell, "openExternal">): void {
  app.on("web-contents-created", (_event, contents) => confineContents(contents, shell));
}

export function confineContents(
  contents: Pick<WebContents, "on" | "setWindowOpenHandler">,
  shell: Pick<Shell, "openExternal">,
): void {
  contents.on("will-navigate", (event) => {
    if (!isOurs(event.url)) event.preventDefault();
  });
  contents.on("will-frame-navigate", (event) => {
    if (!isOurs(event.url)) event.preventDefault();
  });
  contents.on("will-attach-webview", (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    if (mayOpenOutside(url)) void shell.openExternal(url);
    return { action: "deny" };
  });
}
