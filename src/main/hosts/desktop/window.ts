/** The one window. */
import { join } from "node:path";
import { BrowserWindow } from "electron";
import { START } from "./origin";

/**
 * @param program folder of the program
 * @param path study that it opens first
 */
export function openWindow(program: string, path: string | null): BrowserWindow {
  const window = new BrowserWindow({
    width: 1400,
    height: 900,
    minWidth: 800,
    minHeight: 560,
    // Shown once there is something to see, in the page's own colour.
    show: false,
    title: "Noetherscope",
    webPreferences: {
      preload: join(program, "out/preload/preload.cjs"),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  });
  window.once("ready-to-show", () => window.show());
  void window.loadURL(path === null ? START : `${START}#open=${encodeURIComponent(path)}`);
  return window;
}
