import { messageOf, systemCode } from "./errors.ts";
import { RunnerError } from "./runner-error.ts";

export type ListenErrorCode =
  | "port-taken"
  | "unknown-host"
  | "foreign-address"
  | "not-loopback"
  | "not-allowed"
  | "failed";

/** The admin server cannot listen on its address. */
export class ListenError extends RunnerError<ListenErrorCode> {
  override readonly name = "ListenError";
  override readonly headline = "the admin server cannot listen";

  constructor(host: string, port: number, cause: unknown) {
    const code = CODES.get(systemCode(cause) ?? "") ?? "failed";
    super(code, `The admin server cannot listen on ${host}:${port}: ${messageOf(cause)}`, {
      remedies: REMEDIES[code],
      cause,
    });
  }
}

const CODES: ReadonlyMap<string, ListenErrorCode> = new Map([
  ["EADDRINUSE", "port-taken"],
  ["ENOTFOUND", "unknown-host"],
  ["EAI_AGAIN", "unknown-host"],
  ["ETIMEOUT", "unknown-host"],
  ["EADDRNOTAVAIL", "foreign-address"],
  ["ENOTLOOPBACK", "not-loopback"],
  ["EACCES", "not-allowed"],
]);

const REMEDIES: Readonly<Record<ListenErrorCode, readonly string[]>> = {
  "port-taken": [
    "Another runner is already running here: stop it, or give this one another port with ADMIN_PORT.",
    "Another program uses the port: choose one with ADMIN_PORT, or ADMIN_PORT=0 for any free one.",
  ],
  "unknown-host": [
    "ADMIN_HOST is misspelled, or names a host that is not known here: set it to an address of this machine, such as 127.0.0.1.",
    "The name service of this machine does not work: try `getent hosts <ADMIN_HOST>`.",
  ],
  "foreign-address": [
    "ADMIN_HOST is the address of another machine: set it to one of this machine, to 127.0.0.1, or to 0.0.0.0 with ADMIN_TOKEN.",
  ],
  "not-loopback": [
    "Set ADMIN_HOST=127.0.0.1 to listen on this machine only, or set ADMIN_TOKEN (`openssl rand -hex 32`).",
    "The name should be this machine: check /etc/hosts.",
  ],
  "not-allowed": ["Ports below 1024 need privileges: set ADMIN_PORT to a higher one."],
  failed: [
    "ADMIN_HOST is not an address of this machine, or the port needs privileges: check ADMIN_HOST and ADMIN_PORT.",
  ],
};
