/** Serves the SDK's handler of MCP requests over HTTP. */
export function serveMcp(handler: { fetch(request: Request): Promise<Response> }) {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    fetch: (request) => handler.fetch(request),
  });
  return {
    url: `http://127.0.0.1:${server.port}/mcp`,
    [Symbol.asyncDispose]: async () => await server.stop(true),
  };
}
