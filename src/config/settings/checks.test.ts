import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type EnvMap, loadConfig } from "../index.ts";

/** A file that exists. */
const FILE = import.meta.path;
const load = (env: EnvMap) => loadConfig({ env: { MODE: "local", ...env }, envFile: "/dev/null" });

describe("settings that contradict each other", () => {
  test("the scripted model requires a script", () => {
    expect(() => load({ STIGMER_LLM_PROVIDER: "scripted" })).toThrow("STIGMER_LLM_SCRIPT is not set although");
    expect(load({ STIGMER_LLM_PROVIDER: "scripted", STIGMER_LLM_SCRIPT: FILE }).config.model.script).toBe(FILE);
  });

  test("containers are refused: commands must not run on this machine instead", () => {
    expect(() => load({ STIGMER_EXECUTION_MODE: "sandbox" })).toThrow("STIGMER_EXECUTION_MODE");
    expect(load({ STIGMER_EXECUTION_MODE: "auto" }).config.mode).toBe("local");
  });

  test("all contradictions are reported together", () => {
    const env = { STIGMER_LLM_PROVIDER: "scripted", TEMPORAL_TLS: "false", TEMPORAL_TLS_SERVER_NAME: "temporal" };
    expect(() => load(env)).toThrow(/TEMPORAL_TLS is false.*STIGMER_LLM_SCRIPT/s);
  });
});

describe("the host of the admin server", () => {
  test.each([
    "0.0.0.0",
    "0",
    "::",
    "[::]",
    "::ffff:0.0.0.0",
    "::ffff:127.0.0.1",
    "127.1",
    "0x7f.1",
    "192.168.1.2",
    "runner.example",
    "127.evil.example",
    "localhost.evil.example",
  ])("requires a token if others can reach it: %s", (host) => {
    expect(() => load({ ADMIN_HOST: host })).toThrow(
      /ADMIN_TOKEN is not set although ADMIN_HOST is .*openssl rand -hex 32.*ADMIN_HOST=127\.0\.0\.1/,
    );
    expect(load({ ADMIN_HOST: host, ADMIN_TOKEN: "12345678" }).config.admin).toMatchObject({
      host,
      token: "12345678",
    });
  });

  test.each(["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]", "LOCALHOST"])(
    "requires no token on loopback: %s",
    (host) => {
      expect(load({ ADMIN_HOST: host }).config.admin.host).toBe(host);
    },
  );

  test("is not reported if the token itself is invalid", () => {
    const attempt = () => load({ ADMIN_HOST: "0.0.0.0", ADMIN_TOKEN: "short" });
    expect(attempt).toThrow("ADMIN_TOKEN (not shown) is shorter than 8 characters");
    expect(attempt).not.toThrow("although ADMIN_HOST");
  });
});

describe("the file of the admin token", () => {
  const directory = mkdtempSync(join(tmpdir(), "admin-token-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const fileWith = (content: string) => {
    const path = join(directory, "token");
    writeFileSync(path, content);
    return path;
  };

  test("is read without the line break at its end, and its token is a secret", () => {
    const loaded = load({ ADMIN_HOST: "0.0.0.0", ADMIN_TOKEN_FILE: fileWith("from-the-file\n") });
    expect(loaded.config.admin.token).toBe("from-the-file");
    expect(loaded.secrets).toContain("from-the-file");
    expect(JSON.stringify(loaded.views)).not.toContain("from-the-file");
  });

  test.each([
    ["", "is an empty file"],
    ["\n", "is an empty file"],
    ["quick", "has a token that is shorter than 8 characters"],
    ["two words-in-it", "has a token that contains characters"],
  ])("is refused if it has no usable token: %j", (content, problem) => {
    const attempt = () => load({ ADMIN_HOST: "0.0.0.0", ADMIN_TOKEN_FILE: fileWith(content) });
    expect(attempt).toThrow(problem);
    expect(attempt).not.toThrow("although ADMIN_HOST");
    if (content.trim() !== "") expect(attempt).not.toThrow(content);
  });

  test("is refused if it does not exist, or the token is set too", () => {
    expect(() => load({ ADMIN_TOKEN_FILE: "/nowhere/token" })).toThrow("does not exist");
    expect(() => load({ ADMIN_TOKEN: "12345678", ADMIN_TOKEN_FILE: fileWith("from-the-file") })).toThrow(
      /ADMIN_TOKEN_FILE.*is set, and ADMIN_TOKEN too/,
    );
  });
});
