/** The window in a browser: its files over HTTP, the contract over one WebSocket, for whoever has the token. */
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { UserError } from "../../../shared/errors";
import type { Workbench } from "../../workbench/workbench";
import { securityHeaders } from "../security";
import { Admission } from "./admission";
import { MESSAGE_LIMIT, serveSocket } from "./socket";
import { serveFolder } from "./static";

export interface BrowserHostOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** Path that a proxy shows this host under: "/", "/user/me/lab". */
  readonly basePath: string;
  /** Names beside the loopback ones that requests may come to. */
  readonly allowHosts: readonly string[];
  /** Folder of the built window. */
  readonly window: string;
}

export interface BrowserHost {
  /** With the token, in the fragment, which no server and no log sees. */
  readonly url: string;
  close(): Promise<void>;
}

/** Close code for a window with a wrong token; browsers do not show pages the HTTP status of an upgrade. */
const REFUSED = 4401;

/** @throws UserError "host/port", "host/address" where it cannot listen */
export async function serveBrowser(
  workbench: Pick<Workbench, "dispatch" | "subscribe">,
  options: BrowserHostOptions,
): Promise<BrowserHost> {
  const named = isLoopback(options.host) || isWildcard(options.host) ? [] : [options.host];
  const admission = new Admission([...options.allowHosts, ...named]);
  const base = `/${options.basePath.replace(/^\/+|\/+$/g, "")}/`.replace("//", "/");
  const files = await serveFolder(options.window, base);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_LIMIT });

  const server = createServer((request, response) => {
    if (admission.allows(request.headers)) return files(request, response);
    response.writeHead(403, securityHeaders);
    response.end("This address is not served here. Name it with --allow-host if it should be.\n");
  });
  server.on("upgrade", (request: IncomingMessage, stream: Duplex, head: Buffer) => {
    const url = new URL(request.url ?? "/", "http://host");
    // Browsers always send an Origin with an upgrade; what comes without is no window.
    const fromWindow = request.headers.origin !== undefined && admission.allows(request.headers);
    if (!fromWindow || url.pathname !== `${base}socket`) {
      stream.end("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n");
      return;
    }
    sockets.handleUpgrade(request, stream, head, (socket) => {
      if (admission.knows(url.searchParams.get("token"))) serveSocket(workbench, socket);
      else socket.close(REFUSED, "unknown token");
    });
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(listenError(error, options)));
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const shown = isWildcard(options.host)
    ? "127.0.0.1"
    : options.host.includes(":")
      ? `[${options.host}]`
      : options.host;
  return {
    url: `http://${shown}:${port}${base}#token=${admission.token}`,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets.clients) socket.terminate();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** True for addresses that only this machine reaches. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
}

function isWildcard(host: string): boolean {
  return host === "0.0.0.0" || host === "::";
}

function listenError(error: NodeJS.ErrnoException, { port, host }: BrowserHostOptions): unknown {
  if (error.code === "EADDRINUSE") {
    return new UserError("host/port", `Port ${port} is in use.`, {
      where: String(port),
      todo: "Choose another one with --port, or leave it out to get a free one.",
    });
  }
  if (error.code === "EACCES") {
    return new UserError("host/port", `Port ${port} may not be used by this user.`, {
      where: String(port),
      todo: "Choose one above 1023.",
    });
  }
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND") {
    return new UserError("host/address", `${host} is no address of this machine.`, {
      where: host,
      todo: "Use 127.0.0.1, or an address that it has.",
    });
  }
  return error;
}
