/** Faults of a server on standard input and output: `bun fault-program.ts NAME`. */
import { spawn } from "node:child_process";
import {
  answer,
  calledResult,
  changedTools,
  ECHO,
  echoResult,
  initializeResult,
  type Message,
  refusal,
  TOOLS_CHANGED,
} from "./messages.ts";

/** What a server can do. */
export interface Stdio {
  send(message: object): void;
  /** Writes to standard output as it is. */
  raw(text: string): Promise<void>;
  end(code: number): void;
}

/** What a faulty server does differently; what it does not handle is handled correctly. */
export interface StdioFault {
  /** Called before anything is read. */
  readonly begin?: (server: Stdio) => void | Promise<void>;
  /** @returns whether the message is handled */
  readonly handle?: (message: Message, server: Stdio) => boolean | Promise<boolean>;
  /** Whether the end of its input is no reason to end. */
  readonly ignoresEnd?: boolean;
}

const on =
  (method: string, act: (message: Message, server: Stdio) => void | Promise<void>): NonNullable<StdioFault["handle"]> =>
  async (message, server) => {
    if (message.method !== method) return false;
    await act(message, server);
    return true;
  };
const hang = () => undefined;
const tool = (name: string, inputSchema: unknown = { type: "object" }) => ({ name, inputSchema });
const list = (...tools: unknown[]) => on("tools/list", ({ id }, server) => server.send(answer(id, { tools })));
const calls = (act: (message: Message, server: Stdio) => void | Promise<void>) => on("tools/call", act);
const result = (value: unknown) => calls(({ id }, server) => server.send(answer(id, value)));

let listed = 0;

/** A number that nobody else has among their arguments: it finds this program and what it has started. */
const MARK = process.argv[3] ?? "4250";

export const STDIO_FAULTS = {
  none: {},
  "no answer to initialize": { handle: on("initialize", hang) },
  "an error as the answer to initialize": {
    handle: on("initialize", ({ id }, server) => server.send(refusal(id, -32_000, "no licence for hunter22-and-more"))),
  },
  "an unknown protocol version": {
    handle: on("initialize", ({ id }, server) => server.send(answer(id, initializeResult("1999-01-01")))),
  },
  "no valid answer to initialize": { handle: on("initialize", ({ id }, server) => server.send(answer(id, 7))) },
  "ends at once": {
    begin: (server) => {
      console.error("cannot read hunter22-and-more\nmissing configuration");
      server.end(3);
    },
  },
  "hangs in tools/list": { handle: on("tools/list", hang) },
  "an endless list of pages": {
    handle: on("tools/list", ({ id }, server) =>
      server.send(answer(id, { tools: [tool(`tool-${++listed}`)], nextCursor: `page-${listed}` })),
    ),
  },
  "the same page again and again": {
    handle: on("tools/list", ({ id }, server) => server.send(answer(id, { tools: [ECHO], nextCursor: "again" }))),
  },
  "10,000 tools": { handle: list(...Array.from({ length: 10_000 }, (_, index) => tool(`tool-${index}`))) },
  "10,001 tools": { handle: list(...Array.from({ length: 10_001 }, (_, index) => tool(`tool-${index}`))) },
  "entries in its list that are no tools": {
    handle: list(ECHO, 7, { name: "" }, { name: "bad", inputSchema: { type: "string" } }, { name: "plain" }),
  },
  "ends in mid-call": { handle: calls((_, server) => server.end(9)) },
  "ends in mid-call, but its output stays open": {
    handle: calls((_, server) => {
      spawn("/bin/sh", ["-c", "exec sleep 4351"], { stdio: ["ignore", "inherit", "ignore"] }).unref();
      server.end(9);
    }),
  },
  "a flood of requests whose answers it does not read": {
    handle: calls(async (_, server) => {
      const { writeSync } = await import("node:fs");
      const flood = `${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" })}\n`.repeat(1_000);
      // Nothing else gets a turn in this process.
      for (;;)
        try {
          writeSync(1, flood);
        } catch {
          // The pipe is full, or closed.
          if (process.ppid === 1) server.end(0);
        }
    }),
  },
  "a flood of notifications": {
    handle: calls(async (_, server) => {
      const flood = `${JSON.stringify({ jsonrpc: "2.0", method: "notifications/message", params: { level: "info", data: "x" } })}\n`;
      for (;;) await server.raw(flood.repeat(1_000));
    }),
  },
  "ends in mid-answer": {
    handle: calls(async ({ id }, server) => {
      await server.raw(JSON.stringify(answer(id, { content: [] })).slice(0, -9));
      server.end(0);
    }),
  },
  "closes its output, but runs on": {
    ignoresEnd: true,
    handle: calls(async () => {
      const { closeSync } = await import("node:fs");
      closeSync(1);
    }),
  },
  "ends in mid-call if it is told to": {
    handle: async ({ params }, server) => {
      if (params?.arguments?.["text"] === "end") server.end(9);
      return false;
    },
  },
  "answers a call once the file that it names exists": {
    handle: async ({ params }) => {
      const file = params?.arguments?.["text"];
      while (typeof file === "string" && file.startsWith("/") && !(await Bun.file(file).exists())) await Bun.sleep(20);
      return false;
    },
  },
  "hangs in a call": { handle: async (message) => message.params?.arguments?.["text"] === "hang" },
  "the answer has another id": {
    handle: calls((message, server) => server.send(answer(Number(message.id) + 1_000, echoResult(message)))),
  },
  "answers twice": {
    handle: calls((message, server) => {
      for (let count = 0; count < 2; count++) server.send(answer(message.id, echoResult(message)));
    }),
  },
  "output that is no JSON": {
    begin: (server) => server.raw("Welcome!\n{not json\n\n[1,2\n{}\n"),
    handle: calls(async (message, server) => {
      await server.raw("debug: calling\n\u0000\u00ff\n");
      server.send(answer(message.id, echoResult(message)));
    }),
  },
  "a flood of output that is no JSON": { begin: (server) => server.raw("noise noise noise\n".repeat(500_000)) },
  "a flood of standard error": {
    begin: () => {
      const line = `${"x".repeat(999)}\n`;
      for (let count = 0; count < 50_000; count++) process.stderr.write(line);
    },
  },
  "a result of 100 MB": {
    handle: calls(async ({ id }, server) => {
      await server.raw(`{"jsonrpc":"2.0","id":${id},"result":{"content":[{"type":"text","text":"`);
      const piece = "x".repeat(1_000_000);
      for (let count = 0; count < 100; count++) await server.raw(piece);
      await server.raw('"}]}}\n');
    }),
  },
  "a result that is none": { handle: result("nothing") },
  "a result with unknown parts": {
    handle: result({
      content: [
        { type: "hologram", depth: 3 },
        { type: "text", text: "and text" },
      ],
      extra: 1,
    }),
  },
  "a result that says that it failed": {
    handle: result({ isError: true, content: [{ type: "text", text: "no such city" }] }),
  },
  "the error invalid params": {
    handle: calls(({ id }, server) => server.send(refusal(id, -32_602, "text is too short"))),
  },
  "an internal error": { handle: calls(({ id }, server) => server.send(refusal(id, -32_603, "it broke"))) },
  "ignores SIGTERM and the end of its input": {
    ignoresEnd: true,
    begin: () => {
      process.on("SIGTERM", () => undefined);
      setInterval(() => undefined, 1_000);
    },
  },
  "starts processes that outlive it": {
    begin: () => {
      for (const args of [
        ["-c", `exec sleep ${MARK}`],
        ["-c", `trap '' TERM; setsid sleep ${MARK} & wait`],
      ])
        spawn("/bin/sh", args, { detached: true, stdio: "ignore" }).unref();
    },
  },
  "asks the client for things": {
    handle: calls(async ({ id }, server) => {
      for (const method of ["roots/list", "sampling/createMessage", "elicitation/create", "ping", "no/such"])
        server.send({ jsonrpc: "2.0", id: `ask ${method}`, method, params: {} });
      const answers: string[] = [];
      asked = (message) => {
        answers.push(`${String(message.id)}: ${JSON.stringify(message.result ?? message.error)}`);
        if (answers.length === 5)
          server.send(answer(id, { content: [{ type: "text", text: answers.sort().join("\n") }] }));
      };
    }),
  },
  "reports progress and logs": {
    handle: calls((message, server) => {
      const progressToken = message.params?._meta?.progressToken;
      const notify = (method: string, params: object) => server.send({ jsonrpc: "2.0", method, params });
      notify("notifications/progress", { progressToken, progress: 1, total: 2, message: "half of it" });
      notify("notifications/message", { level: "warning", data: "a word of warning" });
      server.send(answer(message.id, echoResult(message)));
    }),
  },
  "changes its tools": {
    handle: async (message, server) => {
      if (message.method === "tools/list") {
        server.send(answer(message.id, { tools: changedTools(listed++ > 0) }));
        return true;
      }
      if (message.method !== "tools/call") return false;
      server.send(TOOLS_CHANGED);
      server.send(answer(message.id, calledResult(message)));
      return true;
    },
  },
} satisfies Record<string, StdioFault>;

/** Takes the answers to the server's own requests. */
export let asked: ((message: Message) => void) | undefined;

export type StdioFaultName = keyof typeof STDIO_FAULTS;
