import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { stringify } from "yaml";
import { type DevProgram, startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { accessibilityProblems } from "../support/page/accessibility.ts";
import { openPage, startBrowser, untilLive } from "../support/page/browser.ts";
import { HOSTILE_TEXTS } from "../support/page/hostile-texts.ts";

const installed = installedProgram();
const HOSTILE = `${Object.values(HOSTILE_TEXTS).join("\n")}\n\u202edesrever\u0007`;
const WORD = "w".repeat(3_000);

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(() => browser?.close());

/** `dev` with a model that plays a script. */
async function dev(
  turns: readonly object[],
  more: Record<string, string> = {},
  pace = 20,
): Promise<DevProgram & { url: string }> {
  const script = join(installed.folder.path, `${crypto.randomUUID()}.yaml`);
  await Bun.write(script, stringify({ pace, turns }));
  const env = { STIGMER_LLM_PROVIDER: "scripted", STIGMER_LLM_SCRIPT: script, STATUS_STREAMING: "tokens", ...more };
  const program = await startDev(installed, env);
  return { ...program, url: `http://127.0.0.1:${program.env["ADMIN_PORT"]}` };
}

/** An execution whose tool runs until the file `go` exists. */
const WAITING = [
  { text: "I wait for you.", tools: [{ execute: { command: "until [ -e go ]; do sleep 0.05; done; echo went" } }] },
  { text: "You went, and I am done." },
];
const go = ({ cwd }: DevProgram) => Bun.write(join(cwd, "workspace/go"), "");

describe("the status page in a browser", () => {
  test("shows an execution while it runs, keeps the focus, and shows how it ended", async () => {
    await using program = await dev(WAITING);
    await using opened = await openPage(browser, program.url);
    const { page, incidents } = opened;
    await untilLive(page);
    await using run = program.command(["run", "Wait"]);
    const link = page.locator("#running a");
    await link.focus();
    await page.locator("#running code", { hasText: "execute" }).waitFor();
    // The row has changed since then.
    expect(await page.evaluate("document.activeElement.matches('#running a')")).toBe(true);
    await page.keyboard.press("Enter");
    await page.waitForSelector("#detail");
    await untilLive(page);
    await page.locator("#detail summary", { hasText: "execute" }).click();
    await go(program);
    await page.locator("#detail", { hasText: "You went, and I am done." }).waitFor();
    // What was opened stays open, and has the result now.
    await page.locator("#detail details[open]", { hasText: "went" }).waitFor();
    await page.locator("#ended .tag", { hasText: "completed" }).waitFor();
    await page.locator("#running", { hasText: "Running (0)" }).waitFor();
    expect(await run.exited).toBe(0);
    expect(incidents).toEqual([]);
  });

  test("shows an answer while it grows", async () => {
    const words = Array.from({ length: 60 }, (_, n) => `word-${n}.`);
    await using program = await dev([{ text: words.join(" ") }], {}, 100);
    await using opened = await openPage(browser, program.url);
    const { page, incidents } = opened;
    await using run = program.command(["run", "Count"]);
    await page.locator("#running a").click();
    await page.locator("#detail .text", { hasText: "word-3.", hasNotText: "word-59." }).waitFor();
    await page.locator("#detail .text", { hasText: "word-59." }).waitFor();
    expect(await run.exited).toBe(0);
    expect(incidents).toEqual([]);
  });

  test("lets nothing act that a model or a tool has written", async () => {
    await using program = await dev([
      {
        text: HOSTILE,
        tools: [
          { write_todos: { todos: [{ content: HOSTILE.slice(0, 250), status: "in_progress" }] } },
          { write_file: { file_path: "hostile.txt", content: HOSTILE } },
          { read_file: { file_path: "<img src=x onerror=alert(1)>" } },
          { execute: { command: `printf '%s' '<script>alert(1)</script>${WORD}'` } },
        ],
      },
      { text: HOSTILE },
    ]);
    const run = program.command(["run", HOSTILE]);
    expect(await run.exited).toBe(0);
    await using opened = await openPage(browser, program.url, { viewport: { width: 360, height: 700 } });
    const { page, incidents } = opened;
    await page.locator("#ended a").click();
    await untilLive(page);
    for (const summary of await page.locator("#detail summary").all()) await summary.click();
    const text = (await page.locator("#detail").textContent()) ?? "";
    expect(text).toContain("<script>alert(1)</script>");
    expect(text).toContain("<U+202E>desrever");
    expect(await page.locator("#main :is(script, img, iframe, base, meta, form)").count()).toBe(0);
    expect(await page.locator("#main svg").count()).toBe(3);
    expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
    expect(incidents).toEqual([]);
    program.signal("SIGTERM");
  });

  test("can be used in dark and light, with a keyboard only, on a small screen", async () => {
    await using program = await dev(WAITING);
    await using run = program.command(["run", "Wait"]);
    await run.says("I wait for you.");
    for (const colorScheme of ["light", "dark"] as const) {
      await using opened = await openPage(browser, program.url, { colorScheme, viewport: { width: 360, height: 700 } });
      const { page } = opened;
      await page.locator("#running a").click();
      await page.waitForSelector("#detail dl");
      await untilLive(page);
      const paths = ["", "drain"];
      expect(await accessibilityProblems(page)).toEqual([]);
      for (const path of paths) {
        await page.goto(`${program.url}/${path}`);
        expect(await accessibilityProblems(page)).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
      }
    }
    await using opened = await openPage(browser, program.url);
    const { page } = opened;
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Drain …");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/drain");
    await page.keyboard.press("Tab");
    await page.locator("main button").focus();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForURL(`${program.url}/`);
    await go(program);
    expect(await run.exited).toBe(0);
  });

  test("works without scripts: an execution is cancelled, and the runner is drained, each after a confirmation", async () => {
    await using program = await dev(WAITING);
    await using run = program.command(["run", "Wait"]);
    await using opened = await openPage(browser, program.url, { javaScriptEnabled: false });
    const { page } = opened;
    await run.says("I wait for you.");
    await page.reload();
    await page.locator("#running a").click();
    await page.getByRole("link", { name: "Cancel this execution …" }).click();
    await page.getByRole("button", { name: "Cancel the execution" }).click();
    expect(await run.exited).not.toBe(0);
    // Its user is told a moment before the runner has forgotten it.
    await until("the execution has ended", async () => {
      await page.goto(program.url);
      return (await page.locator("#ended").textContent())?.includes("cancelled by an operator") ?? false;
    });
    await page.getByRole("link", { name: "Drain …" }).click();
    await page.getByRole("button", { name: "Drain" }).click();
    expect(await program.exited).toBe(0);
    expect(program.output()).toContain("Accepted POST /drain from 127.0.0.1");
  });

  test("cancels what runs when it drains, if that is chosen, also later and without scripts", async () => {
    for (const isLater of [false, true]) {
      await using program = await dev(WAITING, { DRAIN_TIMEOUT: "3600" });
      await using run = program.command(["run", "Wait"]);
      await run.says("I wait for you.");
      await using opened = await openPage(browser, program.url, { javaScriptEnabled: !isLater });
      const { page, incidents } = opened;
      await page.getByRole("link", { name: "Drain …" }).click();
      expect(await page.getByRole("radio", { name: "Let 1 execution finish" }).isChecked()).toBe(true);
      if (isLater) {
        await page.getByRole("button", { name: "Drain" }).click();
        await page.getByRole("link", { name: "Cancel what runs …" }).click();
        await page.getByRole("button", { name: "Cancel 1 execution now" }).click();
      } else {
        await page.keyboard.press("Tab");
        await page.getByRole("radio", { name: "Let 1 execution finish" }).focus();
        await page.keyboard.press("ArrowDown");
        await page.getByRole("button", { name: "Drain" }).click();
      }
      expect(await run.exited).toBe(1);
      expect(run.output()).toContain("cancelled by an operator");
      expect(await program.exited).toBe(0);
      expect(incidents).toEqual([]);
    }
  });

  test("asks for the token, and takes it until the logout", async () => {
    await using program = await dev([{ text: "Hello" }], { ADMIN_TOKEN: "token-of-the-operator" });
    await using opened = await openPage(browser, program.url);
    const { page, incidents } = opened;
    await page.waitForURL("**/login");
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.getByLabel("Admin token").fill("wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
    await page.getByLabel("Admin token").fill("token-of-the-operator");
    await page.keyboard.press("Enter");
    await untilLive(page);
    expect(await page.evaluate("document.cookie")).toBe("");
    await page.getByRole("button", { name: "Log out" }).click();
    await page.waitForURL("**/login");
    await page.goto(program.url);
    await page.waitForURL("**/login");
    expect(incidents).toEqual([]);
  });
});
