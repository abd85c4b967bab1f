/** A server on standard input and output with one fault: its name is the first argument, a mark the second. Records what it is asked. */
import { appendFileSync, writeSync } from "node:fs";
import { answer, ECHO, echoResult, initializeResult, type Message, refusal } from "./messages.ts";
import * as faults from "./stdio-faults.ts";

const name = process.argv[2] as faults.StdioFaultName;
const fault: faults.StdioFault = faults.STDIO_FAULTS[name];
const record = process.env["RECORD"];

/** Writes synchronously, but waits while the pipe is full. */
async function raw(text: string): Promise<void> {
  let rest = Buffer.from(text);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      if ((error as { code?: string }).code !== "EAGAIN") throw error;
      await Bun.sleep(1);
    }
  }
}

const server: faults.Stdio = {
  send: (message) => void raw(`${JSON.stringify(message)}\n`),
  raw,
  end: (code) => process.exit(code),
};

function recorded(method: string | undefined, params: Message["params"]): string {
  if (method === "tools/call") return `call ${params?.name}`;
  return method === "notifications/cancelled" ? "cancelled" : "";
}

async function handle(message: Message): Promise<void> {
  const { id, method, params } = message;
  const what = recorded(method, params);
  if (record !== undefined && what !== "") appendFileSync(record, `${what}\n`);
  if (record !== undefined && method === "logging/setLevel") appendFileSync(`${record}.levels`, `${params?.level}\n`);
  if (method === undefined) return faults.asked?.(message);
  if ((await fault.handle?.(message, server)) === true || id === undefined) return;
  switch (method) {
    case "initialize":
      return server.send(answer(id, initializeResult()));
    case "tools/list":
      return server.send(answer(id, { tools: [ECHO] }));
    case "tools/call":
      return server.send(answer(id, echoResult(message)));
    case "logging/setLevel":
    case "ping":
      return server.send(answer(id, {}));
    default:
      return server.send(refusal(id, -32_601, `no method ${method}`));
  }
}

await fault.begin?.(server);
for await (const line of console) void handle(JSON.parse(line) as Message);
if (fault.ignoresEnd !== true) process.exit(0);
await new Promise(() => setInterval(() => undefined, 1_000));
