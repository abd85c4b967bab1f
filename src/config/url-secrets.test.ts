import { describe, expect, test } from "bun:test";
import { ConfigError, describeProblem, loadConfig, redacted } from "./index.ts";
import { urlSecrets, withoutUrlSecrets } from "./url-secrets.ts";

const local = { MODE: "local" };

describe("a URL that is shown", () => {
  test("has neither user, query nor fragment", () => {
    for (const [url, expected] of [
      ["https://host/v1?api-key=abc", "https://host/v1?***"],
      ["https://user:password@host:8080/v1#token=abc", "https://***@host:8080/v1#***"],
      ["http://host?a=1&b=2#c", "http://host?***#***"],
      ["http://localhost:11434", "http://localhost:11434"],
      ["redis://:password@host/0", "redis://***@host/0"],
      ["user:password@host:6379", "***@host:6379"],
      ["localhost:7233", "localhost:7233"],
      ["./work?space", "./work?space"],
    ] as const)
      expect(withoutUrlSecrets(url)).toBe(expected);
  });

  test("hides them in the configuration, and they are masked everywhere else", () => {
    const env = {
      ...local,
      STIGMER_LLM_BASE_URL: "https://gateway.example/v1?subscription-key=k-4711-xyz&api-version=2024-02-01",
      OLLAMA_BASE_URL: "http://gpu:11434/?trace=0123456789abcdef0123#access",
    };
    const { views, secrets, config } = loadConfig({ env });
    const shown = new Map(redacted(views).map(({ variable, value }) => [variable, value]));
    expect(shown.get("STIGMER_LLM_BASE_URL")).toBe("https://gateway.example/v1?***");
    expect(shown.get("OLLAMA_BASE_URL")).toBe("http://gpu:11434/?***#***");
    expect(config.model.baseUrl).toBe(env.STIGMER_LLM_BASE_URL);
    expect(secrets).toContain("k-4711-xyz");
    expect(secrets).toContain("0123456789abcdef0123");
    // A date would be masked in every line of the log.
    expect(secrets).not.toContain("2024-02-01");
  });

  test("hides them in problems", () => {
    for (const env of [
      { STIGMER_LLM_BASE_URL: "ftp://host/?key=very-secret" },
      { OLLAMA_BASE_URL: "http://user:very-secret@host" },
      { STIGMER_BACKEND_ENDPOINT: "user:very-secret@host:1" },
      { TEMPORAL_SERVICE_ADDRESS: "https://host:7233?api-key=very-secret" },
    ]) {
      const { problems } = failure(() => loadConfig({ env: { ...local, ...env } }));
      expect(problems).toHaveLength(1);
      expect(problems.map(describeProblem).join()).not.toContain("very-secret");
    }
  });
});

test("the secrets of a URL are its password, query and fragment, and the keys among its parameters", () => {
  expect(urlSecrets("https://u:pw@h/?key=a%20b&page=2#frag")).toEqual(["pw", "key=a%20b&page=2", "a b", "frag"]);
  expect(urlSecrets("http://localhost:11434")).toEqual([]);
});

function failure(work: () => unknown): ConfigError {
  try {
    work();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}
