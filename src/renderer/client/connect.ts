/** Which host this window talks to, and the token that the browser host asks for. */
import type { Client } from "../../shared/contract";
import { IpcClient } from "./ipc";
import { WebSocketClient, type LinkState, type Socket } from "./websocket";

const TOKEN = "noetherscope-token";

/** The host's client; `onlink` hears of the connection where there is one that can be lost. */
export function connect(onlink: (state: LinkState) => void): Client {
  if (window.noetherscope !== undefined) {
    onlink("open");
    return new IpcClient(window.noetherscope);
  }
  const token = takeToken();
  return new WebSocketClient(() => {
    const url = new URL("socket", document.baseURI);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.hash = "";
    url.search = new URLSearchParams({ token }).toString();
    return new WebSocket(url) as unknown as Socket;
  }, onlink);
}

/** From the address's fragment, which no server sees; kept for reloads, and taken out of sight. */
function takeToken(): string {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (given !== null) {
    sessionStorage.setItem(TOKEN, given);
    history.replaceState(null, "", location.pathname + location.search);
  }
  return given ?? sessionStorage.getItem(TOKEN) ?? "";
}
