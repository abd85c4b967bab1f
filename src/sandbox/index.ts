export { maskOwnFiles } from "./own-files.ts";
export type {
  CommandOptions,
  CommandResult,
  DirectoryEntry,
  Found,
  LineMatch,
  Sandbox,
  SandboxHandle,
  SandboxProvider,
  SandboxRequest,
} from "./sandbox.ts";
export { COMMAND_OUTPUT_LIMIT, FILE_SIZE_LIMIT, LISTING_LIMIT, OWN_DIRECTORY, TIMEOUT_EXIT_CODE } from "./sandbox.ts";
export type { SandboxErrorCode } from "./sandbox-error.ts";
export { SandboxError } from "./sandbox-error.ts";
