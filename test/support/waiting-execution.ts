import type { CloudWorld } from "./cloud-world.ts";
import { eventually } from "./eventually.ts";
import { UNTIL_GO } from "./until-go.ts";

/** An execution whose command runs in its sandbox until `go` is called. */
export async function waitingExecution(world: CloudWorld) {
  world.ollama.converse(({ messages }) =>
    messages.at(-1)?.role === "tool"
      ? { text: "Done." }
      : { text: "I wait.", tools: [{ name: "execute", args: { command: UNTIL_GO } }] },
  );
  const session = await world.user.session();
  const execution = await world.user.begin(session, "Wait");
  const box = await eventually(async () => {
    const { status } = await world.user.get(execution);
    const found = world.daytona.alive.find(({ labels }) => labels["stigmer-session"] === session);
    if (found === undefined || status?.toolCalls.length !== 1) throw new Error("the command does not run yet");
    return found;
  });
  return { execution, session, go: () => Bun.write(`${box.folder}/go`, "") };
}
