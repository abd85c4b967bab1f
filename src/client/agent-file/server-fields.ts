import { variablesIn, withSameValue } from "../../shared/placeholders.ts";
import type { McpServerDefinition } from "../../stigmer/index.ts";
import type { Report } from "./conform.ts";
import { textsOf } from "./placeholders.ts";
import type { Path } from "./problem.ts";
import { URL_OF_SERVER } from "./text-rules.ts";

/** Reports what no MCP server can have, and what patterns of a schema cannot say. */
export function checkServerFields(servers: readonly McpServerDefinition[], report: Report): void {
  for (const [index, server] of servers.entries()) {
    const at = ["spec", "mcp_servers", index];
    for (const { at: field, text } of textsOf(server))
      if (text.includes("\0")) report([...at, ...field], "contains a NUL character: remove it");
    if (server.serverType.case !== "http") continue;
    const { url, headers } = server.serverType.value;
    checkUrl(url, [...at, "http", "url"], report);
    for (const [name, value] of Object.entries(headers)) checkHeader(value, [...at, "http", "headers", name], report);
  }
}

/** A text with a variable may become anything. */
function checkUrl(url: string, at: Path, report: Report): void {
  if (!URL_OF_SERVER.pattern.test(url) || variablesIn(url).length > 0 || URL.canParse(url)) return;
  report(at, "is no valid URL: check its host and its port");
}

/** White space at its ends is no part of a value. */
function checkHeader(value: string, at: Path, report: Report): void {
  try {
    new Headers([["x", withSameValue(value, "x")]]);
  } catch {
    if (!value.includes("\0"))
      report(at, "is no value of an HTTP header: remove line ends and characters beyond Latin-1");
  }
}
