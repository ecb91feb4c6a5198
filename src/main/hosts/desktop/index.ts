/** Entry of the desktop program: Electron's main process. */
import { join } from "node:path";
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  net,
  Notification,
  protocol,
  session,
  shell,
} from "electron";
import { ComputeProcess } from "../../compute/client";
import { programFolder, programVersion, userPlaces } from "../../workbench/places";
import { Workbench } from "../../workbench/workbench";
import { forkUtility } from "./child";
import { onClose } from "./closing";
import { serveIpc } from "./ipc";
import { menuTemplate } from "./menu";
import { confine, denyPermissions, registerScheme, serveWindow } from "./security";
import { notifyOfJobs } from "./notifications";
import { openWindow } from "./window";

const program = programFolder(import.meta.dirname);
const workbench = new Workbench({
  host: "desktop",
  version: programVersion(program),
  places: { ...userPlaces(), resources: join(program, "resources") },
  compute: new ComputeProcess((hear) => forkUtility(join(import.meta.dirname, "compute.js"), hear)),
});

/** Set once what becomes of running jobs is settled; windows then close without asking. */
let settled = false;

function start(): void {
  denyPermissions(session.defaultSession);
  serveWindow(protocol, net, join(program, "out/renderer"));
  serveIpc(workbench, ipcMain, () =>
    BrowserWindow.getAllWindows().map(({ webContents }) => webContents),
  );
  notifyOfJobs(workbench, {
    notification: Notification,
    windows: () => BrowserWindow.getAllWindows(),
  });
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform)));
  show();
}

function show(): void {
  const window = openWindow(program, studyToOpen(process.argv));
  window.on("close", (event) => {
    if (settled || BrowserWindow.getAllWindows().length > 1) return;
    event.preventDefault();
    void onClose(workbench.busy, async (question) => {
      return (await dialog.showMessageBox(window, question)).response;
    }).then(async (closing) => {
      if (closing === "stay") return;
      if (closing === "keep-jobs") {
        window.hide();
        await jobsEnded();
      }
      settled = true;
      await workbench.close();
      app.quit();
    });
  });
}

/** The study's folder among the arguments, after the program's own. */
function studyToOpen(argv: readonly string[]): string | null {
  const given = argv.slice(app.isPackaged ? 1 : 2).filter((argument) => !argument.startsWith("-"));
  return given[0] ?? null;
}

function jobsEnded(): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (workbench.busy) return;
      unsubscribe();
      resolve();
    };
    const unsubscribe = workbench.on("job.changed", look);
    look();
  });
}

registerScheme(protocol);
confine(app, shell);
// A second start shows the first one's window, also where it only waits for its jobs.
if (!app.requestSingleInstanceLock()) app.quit();
else {
  app.on("second-instance", () => BrowserWindow.getAllWindows()[0]?.show());
  app.on("activate", () => BrowserWindow.getAllWindows()[0]?.show());
  app.on("window-all-closed", () => app.quit());
  void app.whenReady().then(start);
}
