/** Sub-agents that an agent can have: the model reads about all of them with each turn. */
export const MAX_SUB_AGENTS = 50;
/** MCP servers that an agent can have. */
export const MAX_MCP_SERVERS = 64;
