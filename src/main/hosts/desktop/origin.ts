/** The window's pages have an origin of their own, so that "is this ours?" is one comparison. */

export const SCHEME = "noetherscope";
export const START = `${SCHEME}://app/index.html`;

/** True for our own pages, and for nothing that merely begins like them. */
export function isOurs(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host, username, password } = new URL(address);
  return protocol === `${SCHEME}:` && host === "app" && username === "" && password === "";
}

/** Web pages that may be opened in the user's own browser: references. Never in our window. */
export function mayOpenOutside(address: string): boolean {
  return URL.canParse(address) && new URL(address).protocol === "https:";
}
