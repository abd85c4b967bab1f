export { baseEnvironment } from "./base-environment.ts";
export { FilesystemSandboxes } from "./filesystem-sandbox.ts";
