/** The browser host as a browser meets it: who gets in, and what pages may do. */
import { expect, test } from "./host";

test("shows the window to whoever has the address", async ({ page, host }) => {
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  await page.goto(host.url);
  await expect(page.locator("#app")).not.toBeEmpty();
  await expect(page).toHaveTitle(/Noetherscope/);
  // The token leaves the address bar, where shoulders and screenshots could see it.
  await expect(page).not.toHaveURL(/token/);
  expect(problems).toEqual([]);
});

test("closes a socket whose token is wrong before it answers anything", async ({ page, host }) => {
  await page.goto(host.url);
  const code = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const socket = new WebSocket(`ws://${location.host}/socket?token=guess`);
        socket.onmessage = () => resolve(-1);
        socket.onclose = (event) => resolve(event.code);
      }),
  );
  expect(code).toBe(4401);
});

test("forbids evaluated code, inline scripts and foreign addresses", async ({ page, host }) => {
  await page.goto(host.url);
  const ran = await page.evaluate(async () => {
    const refused: string[] = [];
    document.addEventListener("securitypolicyviolation", (event) => {
      refused.push(event.effectiveDirective);
    });
    const script = document.createElement("script");
    script.textContent = "window.inlined = true";
    document.body.append(script);
    // What the test itself evaluates is exempt from the policy; a later turn is not.
    setTimeout("window.evaluated = true");
    const fetched = await fetch("http://127.0.0.2:9/").then(
      () => "answered",
      () => "refused",
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    return {
      inlined: "inlined" in window,
      evaluated: "evaluated" in window,
      fetched,
      refused: refused.sort(),
    };
  });
  expect(ran).toEqual({
    inlined: false,
    evaluated: false,
    fetched: "refused",
    refused: ["connect-src", "script-src", "script-src-elem"],
  });
});

test("refuses requests for another host's name and for files beside the window's", async ({
  request,
  host,
}) => {
  const { origin } = new URL(host.url);
  expect((await request.get(origin)).status()).toBe(200);
  const foreign = await request.get(origin, { headers: { host: "evil.example" } });
  expect(foreign.status()).toBe(403);
  for (const path of [
    "/../package.json",
    "/%2e%2e/package.json",
    "/..%2fpackage.json",
    "//etc/passwd",
  ]) {
    expect((await request.get(origin + path)).status(), path).toBe(404);
  }
});

test.describe("behind a proxy's base path", () => {
  test.use({ hostArguments: ["--base-path", "/user/me/lab"] });

  test("shows the window there and nothing elsewhere", async ({ page, request, host }) => {
    expect(host.url).toContain("/user/me/lab/#token=");
    await page.goto(host.url);
    await expect(page.locator("#app")).not.toBeEmpty();
    expect((await request.get(new URL(host.url).origin)).status()).toBe(404);
  });
});
