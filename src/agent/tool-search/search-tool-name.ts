/** The tool that searches for tools. Tools of servers must not have its name. */
export const SEARCH_TOOL_NAME = "search_tools";
