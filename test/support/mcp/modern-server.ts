import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { serveMcp } from "./serve-mcp.ts";

/**
 * A server of the protocol of 2026 that tells of changes of its tools.
 * @param register gives it the tools that it has at this moment; it is called for each request
 */
export function serveModernMcp(register: (server: McpServer, tellOfChange: () => void) => void) {
  const tellOfChange = () => handler.notify.toolsChanged();
  const handler = createMcpHandler(
    () => {
      const server = new McpServer(
        { name: "modern", version: "1" },
        { capabilities: { tools: { listChanged: true } } },
      );
      register(server, tellOfChange);
      return server;
    },
    { legacy: "reject" },
  );
  return { ...serveMcp(handler), tellOfChange };
}
