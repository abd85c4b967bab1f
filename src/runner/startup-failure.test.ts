import { describe, expect, test } from "bun:test";
import { EXIT } from "../cli/index.ts";
import { ConfigError, loadConfig } from "../config/index.ts";
import { createLogger } from "../log/index.ts";
import { PlatformError } from "../platform/index.ts";
import { SecretMask } from "../shared/secret-mask.ts";
import { TEMPORAL_REMEDIES, TemporalError, type TemporalErrorCode } from "../temporal/index.ts";
import { ListenError, logStartupFailure, startupFailure } from "./startup-failure.ts";

function configError(): unknown {
  try {
    return loadConfig({ env: { MODE: "local", ADMIN_PORT: "http", LOG_LEVEL: "loud" }, envFile: "/dev/null" });
  } catch (error) {
    return error;
  }
}

describe("a start that failed", () => {
  test("for the configuration has all of its problems", () => {
    const failure = startupFailure(configError());
    expect(failure).toMatchObject({ exitCode: EXIT.configuration, error: "2 problems in the configuration" });
    expect(failure.causes).toHaveLength(2);
    expect(failure.causes.join()).toContain("ADMIN_PORT");
    expect(failure.causes.join()).toContain("LOG_LEVEL");
  });

  test("for a single problem of the configuration counts in the singular", () => {
    const problem = { variable: "X", problem: "is odd", allowed: "even ones", remedy: "Correct it." };
    expect(startupFailure(new ConfigError([problem]))).toMatchObject({
      error: "1 problem in the configuration",
      causes: ["X is odd. Allowed: even ones. Correct it."],
    });
  });

  test("for Temporal says what happened and what to check", () => {
    for (const code of Object.keys(TEMPORAL_REMEDIES) as TemporalErrorCode[]) {
      const failure = startupFailure(new TemporalError(code, `Temporal at localhost:7233: ${code}`, undefined));
      expect(failure).toMatchObject({ exitCode: EXIT.unavailable, error: `Temporal at localhost:7233: ${code}` });
      expect(failure.causes).not.toBeEmpty();
    }
    const unreachable = startupFailure(new TemporalError("unreachable", "x", undefined));
    expect(unreachable.causes.join()).toContain("TEMPORAL_SERVICE_ADDRESS");
    const namespace = startupFailure(new TemporalError("namespace-not-found", "x", undefined));
    expect(namespace.causes.join()).toContain("TEMPORAL_NAMESPACE");
  });

  test("for a part of the platform has its remedies", () => {
    const error = new PlatformError("directory", "The workspace cannot be used", ["Make it writable."]);
    expect(startupFailure(error)).toMatchObject({
      what: "a directory cannot be used",
      error: "The workspace cannot be used",
      causes: ["Make it writable."],
      exitCode: EXIT.unavailable,
    });
  });

  test("for a port that is taken names the way to another one", () => {
    const cause = Object.assign(new Error("in use"), { code: "EADDRINUSE" });
    const failure = startupFailure(new ListenError("cannot listen on 127.0.0.1:8790", { cause }));
    expect(failure.exitCode).toBe(EXIT.unavailable);
    expect(failure.causes.join()).toContain("ADMIN_PORT=0");
    const other = startupFailure(new ListenError("cannot listen", { cause: new Error("no such address") }));
    expect(other.causes.join()).toContain("ADMIN_HOST");
  });

  test("for an ADMIN_HOST that does not resolve, or is another machine's, says so", () => {
    for (const [code, text] of [
      ["ENOTFOUND", "ADMIN_HOST is misspelled"],
      ["EADDRNOTAVAIL", "the address of another machine"],
      ["EACCES", "Ports below 1024"],
    ] as const) {
      const cause = Object.assign(new Error(code), { code });
      expect(startupFailure(new ListenError("cannot listen", { cause })).causes.join()).toContain(text);
    }
  });

  test("for something unexpected shows where, for the report of the defect", () => {
    const failure = startupFailure(new TypeError("undefined is not a function"));
    expect(failure.exitCode).toBe(EXIT.failed);
    expect(failure.error).toContain("undefined is not a function");
    expect(failure.error).toContain("startup-failure.test");
    expect(startupFailure("text").error).toBe("text");
  });
});

describe("the block in the log", () => {
  function logged(causes: readonly string[], error = "connection refused"): string[] {
    const written: string[] = [];
    const write = (text: string) => written.push(text);
    const log = createLogger({ level: "error", format: "text", mask: new SecretMask(), write });
    logStartupFailure({ what: "no connection to Temporal", error, causes, exitCode: EXIT.unavailable }, log);
    return written.join("").trimEnd().split("\n");
  }

  test("stands between two rules, with what failed, why, and the causes in order", () => {
    const messages = logged(["Start it.", "Check the address."]).map((line) => line.split(" - ERROR - ")[1]);
    const rule = "=".repeat(80);
    expect(messages).toEqual([
      rule,
      "STARTUP FAILURE: no connection to Temporal",
      "Error: connection refused",
      "Possible causes:",
      "  1. Start it.",
      "  2. Check the address.",
      rule,
    ]);
  });

  test("has no heading for causes where there are none", () => {
    expect(logged([]).join("\n")).not.toContain("Possible causes");
  });

  test("has a timestamp at the start of every line, those of a stack too", () => {
    const lines = logged([], "TypeError: broken\n    at one (file.ts:1)\n    at two (file.ts:2)");
    expect(lines).toHaveLength(6);
    for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z - agent-runner - ERROR - /);
  });
});
