/** All that the window gets of Electron: to call, to hear, and to learn where a dropped file lies. */
import { contextBridge, ipcRenderer, webUtils, type IpcRendererEvent } from "electron";
import { CALL, EVENT } from "./channels";

contextBridge.exposeInMainWorld("noetherscope", {
  call: (method: string, input: unknown): Promise<unknown> =>
    ipcRenderer.invoke(CALL, method, input),
  on: (name: string, listener: (payload: unknown) => void): (() => void) => {
    const pass = (_event: IpcRendererEvent, event: string, payload: unknown): void => {
      if (event === name) listener(payload);
    };
    ipcRenderer.on(EVENT, pass);
    return () => {
      ipcRenderer.off(EVENT, pass);
    };
  },
  pathOf: (file: File): string => webUtils.getPathForFile(file),
});
