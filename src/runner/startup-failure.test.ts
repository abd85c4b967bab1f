import { describe, expect, test } from "bun:test";
import { EXIT, type ExitCode } from "../cli/index.ts";
import { ConfigError, loadConfig } from "../config/index.ts";
import { createLogger } from "../log/index.ts";
import { ListenError } from "../shared/listen-error.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { TemporalError } from "../temporal/index.ts";
import { logStartupFailure } from "./startup-failure.ts";

const RULE = "=".repeat(80);

/** The messages that a failed start logs, without the rules around them, and its exit code. */
function blockOf(error: unknown): { readonly lines: readonly string[]; readonly exitCode: ExitCode } {
  const { raw, exitCode } = logged(error);
  const messages = raw.map((line) => line.split(" - ERROR - ")[1] ?? "");
  expect([messages[0], messages.at(-1)]).toEqual([RULE, RULE]);
  return { lines: messages.slice(1, -1), exitCode };
}

function logged(error: unknown): { readonly raw: readonly string[]; readonly exitCode: ExitCode } {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  const log = createLogger({ level: "error", format: "text", mask: new SecretMask(), write });
  const exitCode = logStartupFailure(error, log);
  return { raw: written.join("").trimEnd().split("\n"), exitCode };
}

function configError(): unknown {
  try {
    return loadConfig({ env: { MODE: "local", ADMIN_PORT: "http", LOG_LEVEL: "loud" }, envFile: "/dev/null" });
  } catch (error) {
    return error;
  }
}

describe("the block of a failed start", () => {
  test("has the headline, the message and the remedies of an error, in order", () => {
    const error = new TemporalError("certificate-invalid", "Failed to connect to Temporal at x:1: bad", undefined);
    expect(blockOf(error)).toEqual({
      lines: [
        "STARTUP FAILURE: no connection to Temporal",
        "Error: Failed to connect to Temporal at x:1: bad",
        "Possible causes:",
        "  1. The certificate must be corrected on Temporal's side.",
      ],
      exitCode: EXIT.unavailable,
    });
  });

  test("lists every problem of the configuration", () => {
    const { lines, exitCode } = blockOf(configError());
    expect(exitCode).toBe(EXIT.configuration);
    expect(lines.slice(0, 2)).toEqual([
      "STARTUP FAILURE: the configuration is not valid",
      "Error: 2 problems in the configuration",
    ]);
    expect(lines.filter((line) => /^ {2}\d\. /.test(line))).toHaveLength(2);
    expect(lines.join()).toContain("ADMIN_PORT");
    expect(lines.join()).toContain("LOG_LEVEL");
  });

  test("counts a single problem in the singular", () => {
    const problem = { variable: "X", problem: "is odd", allowed: "even ones", remedy: "Correct it." };
    const { lines } = blockOf(new ConfigError([problem]));
    expect(lines).toContain("Error: 1 problem in the configuration");
    expect(lines).toContain("  1. X is odd. Allowed: even ones. Correct it.");
  });

  test("shows where an unexpected error comes from, so that it can be reported", () => {
    const { lines, exitCode } = blockOf(new TypeError("undefined is not a function"));
    expect(exitCode).toBe(EXIT.failed);
    expect(lines.join("\n")).toContain("undefined is not a function");
    expect(lines.join("\n")).toContain("startup-failure.test");
    expect(blockOf("text").lines).toContain("Error: text");
  });

  test("has a timestamp at the start of every line, also of a stack", () => {
    const error = new TypeError("broken");
    error.stack = "TypeError: broken\n    at one (file.ts:1)\n    at two (file.ts:2)";
    const { raw } = logged(error);
    expect(raw).toHaveLength(8);
    for (const line of raw) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z - agent-runner - ERROR - /);
  });
});

describe("an admin server that cannot listen", () => {
  test.each([
    ["EADDRINUSE", "ADMIN_PORT=0"],
    ["ENOTFOUND", "ADMIN_HOST is misspelled"],
    ["EADDRNOTAVAIL", "the address of another machine"],
    ["EACCES", "Ports below 1024"],
    ["EOTHER", "ADMIN_HOST is not an address"],
  ])("names what to do about %s", (code, text) => {
    const error = new ListenError("127.0.0.1", 8790, Object.assign(new Error("no"), { code }));
    expect(error.message).toBe("The admin server cannot listen on 127.0.0.1:8790: no");
    expect(error.remedies.join()).toContain(text);
    expect(blockOf(error).exitCode).toBe(EXIT.unavailable);
  });
});
