/** Debian's Chromium, and a page in it that reports what a safe page never does. */
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** @throws Error if there is no Chromium: these tests are not skipped */
export async function startBrowser(): Promise<Browser & AsyncDisposable> {
  const file = process.env["CHROMIUM"] ?? NAMES.map((name) => Bun.which(name)).find((path) => path !== null);
  if (!file)
    throw new Error("there is no Chromium: run the tests with scripts/test, or install it (apt-get install chromium)");
  // Chromium's own sandbox does not work for root.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath: file, args });
  return Object.assign(browser, { [Symbol.asyncDispose]: () => browser.close() });
}

export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  /** Dialogs, violations of the policy, errors of scripts, and requests to other servers. */
  readonly incidents: readonly string[];
}

/** Opens a page of its own, without cookies. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const incidents: string[] = [];
  const { origin } = new URL(url);
  const page = await context.newPage();
  page.on("dialog", (dialog) => {
    incidents.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("pageerror", (error) => incidents.push(`error: ${error.message}`));
  page.on("console", (message) => {
    if (/Content Security Policy|Refused to/i.test(message.text())) incidents.push(`policy: ${message.text()}`);
  });
  page.on("request", (request) => {
    const to = new URL(request.url());
    if (to.protocol !== "data:" && to.origin !== origin) incidents.push(`request: ${request.url()}`);
  });
  await page.goto(url);
  return { page, incidents, [Symbol.asyncDispose]: () => context.close() };
}

/** Waits until the page is kept up to date. */
export async function untilLive(page: Page): Promise<void> {
  await page.waitForSelector("#live[data-state=live]");
}
