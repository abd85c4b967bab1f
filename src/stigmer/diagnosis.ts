import {
  type ConnectionFailure,
  type ConnectionFailureCode,
  diagnoseConnection,
} from "../shared/connection-failure.ts";
import { splitAddress } from "../shared/net-address.ts";
import type { TlsOptions } from "../shared/port-probe.ts";

/** How long what was found out is taken for the cause of further failures: many calls fail together. */
const VALID_MS = 5_000;

/** Finds out why an endpoint cannot be reached: the calls' own errors seldom tell. */
export class Diagnosis {
  readonly #endpoint: string;
  readonly #tls: TlsOptions | undefined;
  #last: Promise<ConnectionFailure | undefined> | undefined;
  #validUntil = 0;

  constructor(endpoint: string, tls: TlsOptions | undefined) {
    this.#endpoint = endpoint;
    this.#tls = tls;
  }

  /** @returns `undefined` where nothing is in the way of a connection */
  async diagnose(): Promise<ConnectionFailure | undefined> {
    if (this.#last === undefined || Date.now() > this.#validUntil) {
      this.#last = diagnoseConnection(splitAddress(this.#endpoint), this.#tls);
      this.#validUntil = Date.now() + VALID_MS;
    }
    return await this.#last;
  }
}

/** The cause in words, with what to do about it. */
export function describeFailure({ code, message }: ConnectionFailure): string {
  const remedy = REMEDIES[code];
  return remedy === undefined ? message : `${message}; ${remedy}`;
}

/** Whether the server is there and only TLS keeps from talking to it. */
export function isTlsFailure({ code }: ConnectionFailure): boolean {
  return code !== "refused" && code !== "unknown-host" && code !== "no-answer";
}

const CLIENT_CERTIFICATE = "STIGMER_BACKEND_CLIENT_CERT_FILE and STIGMER_BACKEND_CLIENT_KEY_FILE";

const REMEDIES: Readonly<Partial<Record<ConnectionFailureCode, string>>> = {
  "unknown-host": "check STIGMER_BACKEND_ENDPOINT",
  "tls-port": "set STIGMER_BACKEND_TLS=true",
  "plaintext-port": "set STIGMER_BACKEND_TLS=false, or name the TLS port in STIGMER_BACKEND_ENDPOINT",
  "certificate-expired": "it must be renewed on the backend's side",
  "certificate-not-yet-valid": "check the clocks",
  "certificate-host": "check the host in STIGMER_BACKEND_ENDPOINT",
  "certificate-authority": "name the CA's PEM file in STIGMER_BACKEND_CA_FILE",
  "client-certificate-wanted": `set ${CLIENT_CERTIFICATE}`,
  "client-certificate-refused": `check ${CLIENT_CERTIFICATE}`,
  handshake: `check STIGMER_BACKEND_TLS, and ${CLIENT_CERTIFICATE}`,
};
