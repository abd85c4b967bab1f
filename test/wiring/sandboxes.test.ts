import { commandsContract } from "../support/sandbox-contract/commands.ts";
import { filesContract } from "../support/sandbox-contract/files.ts";
import { searchesContract } from "../support/sandbox-contract/searches.ts";
import { openDaytona, openFilesystem, openLocalHost } from "../support/sandbox-contract/subjects.ts";
import { treesContract } from "../support/sandbox-contract/trees.ts";

for (const [kind, open] of [
  ["filesystem", openFilesystem],
  ["remote", openLocalHost],
  ["Daytona", openDaytona],
] as const) {
  filesContract(kind, open);
  searchesContract(kind, open);
  commandsContract(kind, open);
  treesContract(kind, open);
}
