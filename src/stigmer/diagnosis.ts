import {
  type ConnectionFailure,
  type ConnectionFailureCode,
  diagnoseConnection,
} from "../shared/connection-failure.ts";
import { splitAddress } from "../shared/net-address.ts";
import type { TlsOptions } from "../shared/port-probe.ts";

/** How long a result is used for further failures: many calls fail together. */
const VALID_MS = 5_000;

/** Finds out why an endpoint cannot be reached, which the errors of gRPC rarely say. */
export class ConnectionDiagnosis {
  readonly #endpoint: string;
  readonly #tls: TlsOptions | undefined;
  #last: Promise<ConnectionFailure | undefined> | undefined;
  #validUntil = 0;

  constructor(endpoint: string, tls: TlsOptions | undefined) {
    this.#endpoint = endpoint;
    this.#tls = tls;
  }

  /** @returns `undefined` if a connection is possible */
  async diagnose(): Promise<ConnectionFailure | undefined> {
    if (this.#last === undefined || Date.now() > this.#validUntil) {
      this.#last = diagnoseConnection(splitAddress(this.#endpoint), this.#tls);
      this.#validUntil = Date.now() + VALID_MS;
    }
    return await this.#last;
  }
}

/** What to do about a failed connection, each a sentence. */
export function failureRemedies({ code }: ConnectionFailure): readonly string[] {
  return REMEDIES[code] ?? [];
}

/** The code of the error that a failed connection leads to. */
export function failureCode({ code }: ConnectionFailure): "unavailable" | "deadline-exceeded" | "tls" {
  if (code === "refused" || code === "unknown-host" || code === "other-protocol") return "unavailable";
  return code === "no-answer" ? "deadline-exceeded" : "tls";
}

const CLIENT_CERTIFICATE = "STIGMER_BACKEND_CLIENT_CERT_FILE and STIGMER_BACKEND_CLIENT_KEY_FILE";

const REMEDIES: Readonly<Partial<Record<ConnectionFailureCode, readonly string[]>>> = {
  refused: ["Start the Stigmer backend, or correct STIGMER_BACKEND_ENDPOINT."],
  "no-answer": ["Check STIGMER_BACKEND_ENDPOINT, and that no firewall drops the connection."],
  "unknown-host": ["Check STIGMER_BACKEND_ENDPOINT."],
  "other-protocol": ["Check STIGMER_BACKEND_ENDPOINT: another server listens there."],
  "tls-port": ["Set STIGMER_BACKEND_TLS=true."],
  "plaintext-port": ["Set STIGMER_BACKEND_TLS=false, or name the TLS port in STIGMER_BACKEND_ENDPOINT."],
  "certificate-expired": ["The certificate must be renewed on the backend."],
  "certificate-not-yet-valid": ["Check the clocks of this machine and of the backend."],
  "certificate-host": ["Check the host in STIGMER_BACKEND_ENDPOINT."],
  "certificate-authority": ["Name the CA's PEM file in STIGMER_BACKEND_CA_FILE."],
  "client-certificate-wanted": [`Set ${CLIENT_CERTIFICATE}.`],
  "client-certificate-refused": [`Check ${CLIENT_CERTIFICATE}.`],
  handshake: [`Check STIGMER_BACKEND_TLS, and ${CLIENT_CERTIFICATE}.`],
};
