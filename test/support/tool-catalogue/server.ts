/** An MCP server on standard input and output with the tools of the catalogue, in pages. */
import { answer, initializeResult, type Message } from "../mcp/messages.ts";
import { catalogue } from "./catalogue.ts";

const PAGE = 500;
const tools = catalogue().map(({ tool: { name, description, schema } }) => ({
  name,
  description,
  inputSchema: schema,
}));

function respond({ method, params }: Message): unknown {
  switch (method) {
    case "initialize":
      return initializeResult();
    case "tools/list": {
      const from = Number(params?.cursor ?? 0);
      const next = from + PAGE;
      return { tools: tools.slice(from, next), ...(next < tools.length ? { nextCursor: String(next) } : {}) };
    }
    case "tools/call":
      return { content: [{ type: "text", text: `${params?.name} ran in ${process.cwd()}` }] };
    default:
      return {};
  }
}

for await (const line of console) {
  const message = JSON.parse(line) as Message;
  if (message.id !== undefined) console.log(JSON.stringify(answer(message.id, respond(message))));
}
