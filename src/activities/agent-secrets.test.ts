// biome-ignore-all lint/suspicious/noTemplateCurlyInString: placeholders of variables
import { expect, test } from "bun:test";
import { agentWith, httpServer, stdioServer } from "../../test/support/mcp/connect.ts";
import { agentSecrets } from "./agent-secrets.ts";

test("secret variables, and credentials in definitions of servers, are secrets", () => {
  const http = httpServer("https://example.com/mcp?token=inside-the-url&page=in-a-parameter&api_key=${PLAIN}", {
    headers: { Authorization: "Bearer inside-a-header", "X-Api-Key": "another-header", "X-Trace": "no-secret-at-all" },
    query: { access_token: "in-the-query", region: "eu-central-1", "auth-mode": "password-flow", auth: "none" },
  });
  const program = stdioServer("none", {
    env: {
      GITHUB_TOKEN: "in-a-variable",
      MODE: "production-mode",
      TOKEN_LIMIT: "without-a-limit",
      PRIMARY_KEY: "customer_id",
      API_KEY: "${SECRET}",
    },
  });
  const agent = {
    ...agentWith(http, program),
    environment: { values: { S: "a-secret", P: "plain" }, secretNames: ["S"] },
  };
  expect(agentSecrets(agent)).toEqual([
    "a-secret",
    "inside-a-header",
    "another-header",
    "in-the-query",
    "inside-the-url",
    "in-a-variable",
  ]);
});
