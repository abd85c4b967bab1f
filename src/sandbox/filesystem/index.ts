/**
 * The sandbox of local mode: a directory of this machine. Used by the local platform. It confines file tools to the
 * directory; it never protects the machine against commands, which run as the runner's user.
 *
 * @module
 */
export { baseEnvironment } from "./base-environment.ts";
export { FilesystemSandboxes } from "./filesystem-sandbox.ts";
