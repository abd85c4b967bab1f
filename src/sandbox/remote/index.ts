/**
 * A sandbox on another machine, over any host that runs shell scripts and moves files. Used by the providers of remote
 * sandboxes, such as Daytona's. It never creates, starts or deletes a machine, and repeats no request.
 *
 * @module
 */
export { downloadByScript } from "./download-by-script.ts";
export {
  MAX_SCRIPT_BYTES,
  MachineStopped,
  type RemoteHost,
  type ScriptOptions,
  type ScriptOutcome,
} from "./remote-host.ts";
export { RemoteSandbox } from "./remote-sandbox.ts";
