import { expect, test } from "bun:test";
import { toJsonString } from "@bufbuild/protobuf";
import * as wire from "../../src/stigmer/index.ts";
import type { OllamaDouble } from "./ollama-double.ts";
import { phaseOf, StigmerUser } from "./stigmer-user.ts";

export interface EnvironmentWorld {
  readonly client: wire.StigmerClient;
  readonly ollama: OllamaDouble;
}

/** Prints what commands see of the variables: plain values, and only the lengths of secrets. */
const SHOW =
  'k=$(printf %s "$KEY" | wc -c) h=$(printf %s "$HIDDEN" | wc -c); echo "[$AGENT|$REF|$RUN|$CONTEXT|$k|$h|$MISSING]"; env | grep -c odd; true';
const KEY = "key-of-the-context-7Qx&vT2mWz9pLr4";
const PIN = 8_473_625_190;
const plain = (value: string) => ({ value, isSecret: false });
const secret = (value: string) => ({ value, isSecret: true });

/** How variables and secrets of executions behave in each mode. @param open the world, which the caller closes */
export function environmentSuite(mode: string, open: () => EnvironmentWorld): void {
  test(`in ${mode} mode, an execution has the variables of all layers, and says which have no value`, async () => {
    const { client, ollama } = open();
    const user = new StigmerUser(client);
    const session = await sessionWithEnvironment(client);

    // The thread is busy until the second execution has its context.
    const isStored = Promise.withResolvers<void>();
    ollama.converse(() => ({ text: "First.", after: isStored.promise }));
    const first = await user.begin(session, "Wait");
    const execution = await user.begin(session, "Look", {
      runtimeEnv: {
        RUN: plain("run"),
        CONTEXT: plain("run"),
        KEY: secret(""),
        HIDDEN: secret(""),
        "odd-name": plain("odd"),
      },
    });
    const executionId = execution.metadata?.id ?? "";
    await client.call(wire.ExecutionContextCommandController.method.apply, {
      metadata: { name: `exec-ctx-${executionId}`, slug: `exec-ctx-${executionId}`, org: "acme" },
      spec: { executionId, data: { CONTEXT: plain("context"), KEY: secret(KEY) } },
    });
    isStored.resolve();
    await user.follow(first);
    ollama.converse(({ messages }) =>
      messages.at(-1)?.role === "tool"
        ? { text: "Done." }
        : { text: "I look.", tools: [{ name: "execute", args: { command: SHOW } }] },
    );
    const last = (await user.follow(execution)).at(-1);
    expect(last && phaseOf(last)).toBe("EXECUTION_COMPLETED");
    expect(last?.status?.toolCalls[0]?.result).toStartWith(`[agent|ref|run|context|${KEY.length}|6|]\n0\n`);
    const notices = last?.status?.messages.filter(({ type }) => type === wire.MessageType.MESSAGE_SYSTEM);
    expect(notices?.map(({ content }) => content)).toEqual([
      expect.stringContaining("have no value: MISSING (what nobody sets)."),
      expect.stringContaining("the values that they have elsewhere: HIDDEN."),
      expect.stringContaining("do not see these variables: odd-name."),
    ]);
    const prompt = ollama.requests.at(-1)?.messages[0]?.content ?? "";
    expect(/environment variables: (.*?)\./.exec(prompt)?.[1]?.split(", ").sort()).toEqual([
      "AGENT",
      "CONTEXT",
      "HIDDEN",
      "KEY",
      "REF",
      "RUN",
    ]);
  });

  test(`in ${mode} mode, no state of an execution shows a secret`, async () => {
    const { client, ollama } = open();
    const user = new StigmerUser(client);
    const base64 = btoa(`x${KEY}`);
    ollama.converse((request, turn) => {
      const isSubAgent = !(request.tools ?? []).some((tool) => tool.function.name === "task");
      if (isSubAgent) {
        return turn === 0
          ? { text: `Sub has ${KEY}.`, tools: [{ name: "write_file", args: { file_path: `${KEY}/x`, content: KEY } }] }
          : { text: `Sub is done with ${KEY} and ${base64}.` };
      }
      const description = `use ${KEY} and ${base64}`;
      return [
        {
          text: `I delegate ${KEY}.`,
          tools: [{ name: "task", args: { description, subagent_type: "general-purpose" } }],
        },
        {
          text: "",
          tools: [
            { name: "execute", args: { command: 'printf %s "$KEY" | od -c; env', pin: PIN, [KEY]: [{ deep: KEY }] } },
            { name: "no_such_tool", args: { url: `https://example.org/?key=${encodeURIComponent(KEY)}`, pin: [PIN] } },
            { name: "write_todos", args: { todos: [{ content: `Use ${KEY}`, status: "pending" }] } },
          ],
        },
        { text: `It was ${KEY}.` },
      ].at(turn);
    });
    const execution = await user.begin(await user.session(), "Go", {
      runtimeEnv: { KEY: secret(KEY), PIN: secret(String(PIN)) },
    });
    const states = await user.follow(execution);
    const last = states.at(-1);
    expect(last && phaseOf(last)).toBe("EXECUTION_COMPLETED");
    const shown = states
      .map(({ status }) => (status === undefined ? "" : toJsonString(wire.AgentExecutionStatusSchema, status)))
      .join("\n");
    expect(shown.includes("I delegate ***.")).toBe(true);
    const leaks = [KEY.slice(0, 12), "vT2mWz9p", String(PIN), base64.slice(4, 20)];
    expect(leaks.filter((leak) => shown.includes(leak))).toEqual([]);
    // The agent itself worked with it.
    expect(JSON.stringify(ollama.requests).includes(KEY)).toBe(true);
  });
}

/** A session of an agent with variables, whose instance has an environment. */
async function sessionWithEnvironment(client: wire.StigmerClient): Promise<string> {
  const name = `agent-${crypto.randomUUID()}`;
  const metadata = { name, org: "acme" };
  const data = {
    AGENT: plain("agent"),
    REF: plain("agent"),
    KEY: secret(""),
    MISSING: { ...plain(""), description: "what nobody sets" },
  };
  const agent = await client.call(wire.AgentCommandController.method.apply, {
    metadata,
    spec: { instructions: "You help.", envSpec: { data } },
  });
  await client.call(wire.EnvironmentCommandController.method.apply, {
    metadata,
    spec: { data: { REF: plain("ref"), RUN: plain("ref"), HIDDEN: secret("hidden") } },
  });
  const instance = await client.call(wire.AgentInstanceCommandController.method.create, {
    metadata,
    spec: {
      agentId: agent.metadata?.id ?? "",
      // As the backend stores references: with the kind of another resource.
      environmentRefs: [{ org: "acme", slug: name, kind: wire.ApiResourceKind.workflow_execution }],
    },
  });
  const session = await client.call(wire.SessionCommandController.method.create, {
    spec: { agentInstanceId: instance.metadata?.id ?? "" },
  });
  return session.metadata?.id ?? "";
}
