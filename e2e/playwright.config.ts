/** Whole flows in the built program: the browser host in Chromium everywhere, Electron where its binary is. */
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  outputDir: "../test-results",
  // The machines of continuous integration have two cores, and every test starts a program of its own.
  workers: 1,
  // Generous, for slow machines: nothing waits this long where things are right.
  timeout: 180_000,
  expect: { timeout: 15_000 },
  forbidOnly: Boolean(process.env["CI"]),
  reporter: process.env["E2E_REPORT"]
    ? [["list"], ["json", { outputFile: process.env["E2E_REPORT"] }]]
    : [["list"]],
  use: {
    browserName: "chromium",
    headless: true,
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    launchOptions: {
      // Playwright's own browsers cannot be downloaded everywhere; a system's Chromium does as well.
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
  },
});
