import type { AgentDefinition, McpServer } from "../definition/index.ts";

/** Names of headers, parameters and variables that contain a credential: not `KEYSPACE` or `TOKEN_LIMIT`. */
const CREDENTIAL_NAME =
  /(?:key|token|secret|password|passwd|authorization|credentials?|cookie|signature|\bauth|_auth)$/i;
/** The word before a credential in a header. */
const SCHEME = /^(?:basic|bearer|token|apikey|digest)\s+/i;
/** Shorter texts under such a name may be words, such as `PRIMARY_KEY: customer_id`: they must not be masked everywhere. */
const MIN_LENGTH = 12;

/** What must not be shown: the secrets among the variables, and credentials that the definition itself contains. */
export function agentSecrets({ environment, mcpServers }: AgentDefinition): string[] {
  return [...environment.secretNames.map((name) => environment.values[name] ?? ""), ...mcpServers.flatMap(credentials)];
}

/** Credentials that a server's definition has instead of variables: servers repeat them in their errors. */
function credentials(server: McpServer): string[] {
  return namedTexts(server)
    .filter(([name, text]) => CREDENTIAL_NAME.test(name) && !text.includes("${"))
    .map(([, text]) => text.replace(SCHEME, "").trim())
    .filter((text) => text.length >= MIN_LENGTH);
}

function namedTexts(server: McpServer): (readonly [string, string])[] {
  if (server.kind === "unknown") return [];
  if (server.kind !== "http") return Object.entries(server.env);
  const { headers, query, url } = server;
  const parameters = URL.parse(url)?.searchParams ?? new URLSearchParams();
  return [...Object.entries(headers), ...Object.entries(query), ...parameters];
}
