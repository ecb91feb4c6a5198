/**
 * Takes the README's picture anew from the built window, so that it never shows an old one:
 * `npx electron-vite build && npx playwright test --config e2e/pictures.config.ts`.
 */
import { defineConfig } from "@playwright/test";
import windows from "./playwright.config";

export default defineConfig({
  ...windows,
  testMatch: "pictures.ts",
  use: {
    ...windows.use!,
    viewport: { width: 1440, height: 900 },
    colorScheme: "light",
  },
});
