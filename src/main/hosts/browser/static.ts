/** The window's own files over HTTP: those of one folder, nothing else, with headers that forbid everything else. */
import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { extname, join, relative, sep } from "node:path";
import { UserError } from "../../../shared/errors";
import { securityHeaders } from "../security";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".woff": "font/woff",
  ".ttf": "font/ttf",
  ".json": "application/json",
};

/** Files whose names carry a hash of their content never change. */
const FOREVER = "public, max-age=31536000, immutable";

/**
 * Answers GET and HEAD for the files that were in `folder` at the start, by their exact names. What is not in that
 * list does not exist, so no path can lead out of the folder.
 * @param base path that a proxy shows us under, "/" or "/lab/"
 */
export async function serveFolder(
  folder: string,
  base: string,
): Promise<(request: IncomingMessage, response: ServerResponse) => void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(
    (error: unknown) => {
      throw new UserError("host/not-built", `The window's files are not in ${folder}.`, {
        where: folder,
        todo: "Run npm run build.",
        cause: error,
      });
    },
  );
  const files = new Map(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => {
        const path = join(entry.parentPath, entry.name);
        return [base + relative(folder, path).split(sep).join("/"), path];
      }),
  );
  const start = files.get(`${base}index.html`);
  if (start !== undefined) files.set(base, start);

  return (request, response) => {
    const refuse = (status: number, text: string): void => {
      response.writeHead(status, {
        ...securityHeaders,
        "content-type": "text/plain; charset=utf-8",
      });
      response.end(`${text}\n`);
    };
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(405, "Only GET.");
    const path = (request.url ?? "").split("?", 1)[0]!;
    if (path !== base && `${path}/` === base) {
      response.writeHead(308, { ...securityHeaders, location: base });
      response.end();
      return;
    }
    const file = files.get(path);
    if (file === undefined) return refuse(404, "There is nothing here.");
    response.writeHead(200, {
      ...securityHeaders,
      "content-type": types[extname(file)] ?? "application/octet-stream",
      "cache-control": path.includes("/assets/") ? FOREVER : "no-cache",
    });
    if (request.method === "HEAD") response.end();
    else
      createReadStream(file)
        .on("error", () => response.destroy())
        .pipe(response);
  };
}
