/**
 * Where an agent's tools act: what every kind of sandbox offers, with its limits and errors. Used by activities, the
 * agent and the platform. It never creates a sandbox: the kinds do, each in a directory with an API of its own.
 *
 * @module
 */
export { maskOwnFiles } from "./own-files.ts";
export type { ProgramRequest, SandboxProgram } from "./program.ts";
export type {
  DirectoryEntry,
  InstalledTree,
  Listing,
  Sandbox,
  SandboxHandle,
  SandboxProvider,
  SandboxRequest,
  Tree,
  TreeFile,
} from "./sandbox.ts";
export { COMMAND_OUTPUT_LIMIT, FILE_SIZE_LIMIT, OWN_DIRECTORY, TIMEOUT_EXIT_CODE } from "./sandbox.ts";
export { SandboxError } from "./sandbox-error.ts";
