/**
 * The status page in Chromium: time to first paint on loopback, and bytes of everything it loads, while ten executions run.
 * `bun run bench:page`
 */
import { serveAdmin } from "../src/admin/index.ts";
import { openPage, startBrowser, untilLive } from "../test/support/page/browser.ts";
import { pageWorld, statusOf } from "../test/support/page/page-world.ts";
import { median } from "./measures.ts";

const EXECUTIONS = 10;
const LOADS = 20;
/** Until the paint is in the browser's list. */
const SETTLE_MS = 200;
const MAX_PAINT_MS = 100;
const MAX_BYTES = 60 * 1024;

const world = pageWorld();
const at = new Date();
for (let n = 0; n < 100; n++)
  world.begin(`aex-ended-${n}`).end({ phase: "failed", reason: "The model did not answer." });
for (let n = 0; n < EXECUTIONS; n++) {
  const execution = world.begin(`aex-running-${n}`);
  execution.event({ type: "resolved", agentName: "an-agent", model: { provider: "ollama", model: "a-model" }, at });
  execution.event({ type: "stage", stage: "model", at });
}
world.show("aex-running-0", statusOf("A text of some length, as models write it. ".repeat(20)));

const server = await serveAdmin(world.app, "127.0.0.1", 0);
const browser = await startBrowser();

/** What the browser itself needs for a page with one word, for comparison. */
const empty = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch: () => new Response("<!DOCTYPE html><title>Empty</title>Empty", { headers: { "Content-Type": "text/html" } }),
});

interface Load {
  readonly paintMs: number;
  /** From the request for the document to the last byte of the answer: the server's part. */
  readonly serverMs: number;
  readonly bytes: number;
}

/** Loads a page again and again in a browser that is open already, as an operator's is. */
async function measure(url: string, isLive: boolean): Promise<Load> {
  await using opened = await openPage(browser, url);
  const { page } = opened;
  const loads: Load[] = [];
  for (let n = 0; n <= LOADS; n++) {
    if (n > 0) await page.goto(url);
    if (isLive) await untilLive(page);
    await page.waitForTimeout(SETTLE_MS);
    loads.push((await page.evaluate(MEASURE)) as Load);
  }
  // The first one loads everything into the browser.
  const [first, ...others] = loads;
  const sorted = (figure: "paintMs" | "serverMs") => others.map((load) => load[figure]).sort((a, b) => a - b);
  const shown = (values: readonly number[]) =>
    [values[0], median(values), values.at(-1)].map((ms) => (ms ?? Number.NaN).toFixed(0)).join(" / ");
  const [paints, answers] = [sorted("paintMs"), sorted("serverMs")];
  const bytes = first?.bytes ?? 0;
  const { pathname, search } = new URL(url);
  console.log(
    `${pathname}${search}: first paint ${shown(paints)} ms (best / median / worst of ${LOADS}), of these the server's answer ${shown(answers)} ms; all files ${(bytes / 1024).toFixed(1)} KiB`,
  );
  return { paintMs: median(paints), serverMs: median(answers), bytes };
}

const MEASURE = `({
  serverMs: performance.getEntriesByType("navigation")[0].responseEnd - performance.getEntriesByType("navigation")[0].requestStart,
  paintMs: performance.getEntriesByName("first-contentful-paint")[0].startTime,
  bytes: performance.getEntries().reduce((sum, { transferSize = 0 }) => sum + transferSize, 0),
})`;

console.log("An empty page:");
await measure(empty.url.href, false);
console.log("The status page:");
let isWithin = true;
for (const path of ["/", "/?execution=aex-running-0"]) {
  const { paintMs, bytes } = await measure(`${server.url}${path}`, true);
  isWithin &&= paintMs <= MAX_PAINT_MS && bytes <= MAX_BYTES;
}
console.log(`Limits: ${MAX_PAINT_MS} ms (median), ${MAX_BYTES / 1024} KiB: ${isWithin ? "kept" : "NOT KEPT"}`);
await empty.stop(true);
await browser.close();
world.streams.close();
await server.stop();
process.exit(isWithin ? 0 : 1);
