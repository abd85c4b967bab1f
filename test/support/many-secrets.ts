/** Fifty generated secrets of an execution, wherever texts of others may show them. */
import { expect, test } from "bun:test";
import { toJsonString } from "@bufbuild/protobuf";
import fc from "fast-check";
import {
  type AgentExecution,
  AgentExecutionStatusSchema,
  MessageType,
  type StigmerClient,
} from "../../src/stigmer/index.ts";
import { ENCODINGS, leaks, longSecret } from "./generated-secrets.ts";
import { startHttpFault } from "./mcp/http-faults.ts";
import type { HttpFault } from "./mcp/http-responses.ts";
import { refusal } from "./mcp/messages.ts";
import type { OllamaDouble } from "./ollama-double.ts";
import { phaseOf, StigmerUser } from "./stigmer-user.ts";

export interface SecretsWorld {
  readonly client: StigmerClient;
  readonly ollama: OllamaDouble;
  /** What the runner has logged. */
  log(): string;
}

const SECRETS = 50;
const SEED = 20_261;

/** Every secret in another encoding than the one before. */
function written(secrets: readonly string[], from: number): string[] {
  const encodings = Object.values(ENCODINGS);
  return secrets.map((secret, index) => `key: ${encodings[(index + from) % encodings.length]?.(secret) ?? secret}`);
}

export function manySecretsSuite(mode: string, open: () => SecretsWorld): void {
  test(`in ${mode} mode, ${SECRETS} secrets are shown by no sub-agent, MCP argument or error of a server`, async () => {
    const { client, ollama, log } = open();
    const user = new StigmerUser(client);
    const secrets = fc.sample(longSecret, { numRuns: SECRETS, seed: SEED });
    const told = written(secrets, 0).join("\n\n");
    const failing: HttpFault = ({ message }) =>
      message?.method === "tools/call"
        ? Response.json(refusal(message.id, -32_603, `No ${message.params?.arguments?.["text"]}`))
        : undefined;
    const broken: HttpFault = () => new Response(written(secrets.slice(0, 2), 10).join(" "), { status: 500 });
    using failingServer = startHttpFault(failing);
    using brokenServer = startHttpFault(broken);
    const serverOf = (name: string, url: string) => ({
      name,
      serverType: { case: "http" as const, value: { url, timeoutSeconds: 60 } },
    });
    const session = await user.session({
      instructions: "You help.",
      mcpServers: [serverOf("failing", failingServer.url), serverOf("broken", brokenServer.url)],
    });
    const echo = (text: string) => ({ name: "echo", args: { text, list: [{ [text]: told }] } });
    ollama.converse((request, turn) => {
      const isSubAgent = !(request.tools ?? []).some((tool) => tool.function.name === "task");
      const task = { name: "task", args: { description: `Use ${told}`, subagent_type: "general-purpose" } };
      if (turn > 0) return { text: `Done with ${told}` };
      return { text: `I have ${told}`, tools: isSubAgent ? [echo(told)] : [task, ...written(secrets, 5).map(echo)] };
    });
    const logged = log().length;
    const runtimeEnv = Object.fromEntries(
      secrets.map((value, index) => [`SECRET_${index}`, { value, isSecret: true }] as const),
    );
    const states = await user.follow(await user.begin(session, "Go", { runtimeEnv }));
    const last = states.at(-1);
    expect([last && phaseOf(last), last?.status?.error]).toEqual(["EXECUTION_COMPLETED", ""]);

    // All of it was there, and is shown without the secrets.
    const { toolCalls = [], subAgentExecutions = [], messages = [] } = last?.status ?? {};
    const calls = toolCalls.filter(({ name }) => name === "echo");
    expect(calls).toHaveLength(SECRETS + 1);
    expect(calls.filter(({ args }) => !JSON.stringify(args).includes("***"))).toEqual([]);
    expect(calls.filter(({ error }) => !/No key: .*(\*\*\*|characters cut)/s.test(error))).toEqual([]);
    expect(
      subAgentExecutions.map(({ input, output }) => [input, output].every((text) => text.includes("***"))),
    ).toEqual([true]);
    const notices = messages.filter(({ type }) => type === MessageType.MESSAGE_SYSTEM);
    expect(notices.map(({ content }) => content.includes('"broken" is not available'))).toEqual([true]);
    const shown = [...new Set(states.flatMap(textsOf)), log().slice(logged)].join("\n");
    expect(secrets.flatMap((secret) => leaks(secret, shown)).slice(0, 5)).toEqual([]);
    // The agent itself worked with them.
    expect(JSON.stringify(ollama.requests.at(-1)).includes(JSON.stringify(told).slice(1, -1))).toBe(true);
  });
}

/** All names and texts of a status. Its states repeat most of them. */
function textsOf({ status }: AgentExecution): string[] {
  const texts: string[] = [];
  if (status === undefined) return texts;
  JSON.parse(toJsonString(AgentExecutionStatusSchema, status), (name, value: unknown) => {
    texts.push(name, ...(typeof value === "string" ? [value] : []));
    return value;
  });
  return texts;
}
