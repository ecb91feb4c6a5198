/**
 * Who may talk to the browser host. Loopback alone does not protect: any page in the user's browser can reach it, and
 * a name that an attacker controls can be pointed at 127.0.0.1. So Host and Origin must be ours, and every call needs
 * the token that only the printed address carries.
 */
import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

const loopback = new Set(["localhost", "127.0.0.1", "[::1]"]);

export class Admission {
  readonly token: string;
  readonly #hosts: ReadonlySet<string>;

  /** @param hosts further names under which a tunnel or proxy shows this host, without ports */
  constructor(hosts: readonly string[] = [], token = randomBytes(24).toString("base64url")) {
    this.token = token;
    this.#hosts = new Set([...loopback, ...hosts.map((host) => host.toLowerCase())]);
  }

  /** In the same time for every wrong token. */
  knows(token: string | null): boolean {
    const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
    return token !== null && timingSafeEqual(digest(token), digest(this.token));
  }

  /**
   * Whether the request names one of our hosts, on whatever port: the far end of an SSH tunnel has its own. A request
   * with an Origin must come from a page of the very address that it is sent to.
   */
  allows(headers: Pick<IncomingHttpHeaders, "host" | "origin">): boolean {
    const { host, origin } = headers;
    if (host === undefined || !this.#hosts.has(nameOf(host))) return false;
    if (origin === undefined) return true;
    const url = URL.canParse(origin) ? new URL(origin) : null;
    return url !== null && /^https?:$/.test(url.protocol) && url.host === host.toLowerCase();
  }
}

/** `[::1]:8080` → `[::1]`. */
function nameOf(host: string): string {
  return host.toLowerCase().replace(/:\d+$/, "");
}
