import type { ConnectionFailureCode } from "../shared/connection-failure.ts";
import { localhostHint } from "../shared/container.ts";
import { RunnerError } from "../shared/runner-error.ts";

export type TemporalErrorCode = ConnectionFailureCode | "unreachable" | "namespace-not-found" | "unauthorized";

/** Why a connection to Temporal could not be made or used. The message names the address and the cause. */
export class TemporalError extends RunnerError<TemporalErrorCode> {
  override readonly name = "TemporalError";
  override readonly headline = "no connection to Temporal";

  constructor(code: TemporalErrorCode, message: string, cause: unknown) {
    const hint = localhostHint(message);
    super(code, message, { remedies: [...REMEDIES[code], ...(hint === undefined ? [] : [hint])], cause });
  }
}

const NOT_RUNNING =
  "Temporal is not running: start it (`temporal server start-dev`, or `agent-runner dev`, which brings its own).";
const OTHER_ADDRESS =
  "TEMPORAL_SERVICE_ADDRESS names another machine or port than Temporal's frontend: check it (host:port).";
const NO_WAY = "A firewall or network policy is in between: try `nc -vz <host> <port>` from here.";
const CLIENT_CERTIFICATE = "TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH";

const REMEDIES: Readonly<Record<TemporalErrorCode, readonly string[]>> = {
  refused: [NOT_RUNNING, OTHER_ADDRESS],
  "unknown-host": [
    "TEMPORAL_SERVICE_ADDRESS is misspelled, or its host is known only inside another network: check it.",
  ],
  "no-answer": [NO_WAY, OTHER_ADDRESS],
  unreachable: [OTHER_ADDRESS, "A proxy in between does not pass gRPC (HTTP/2) on: look at its log.", NOT_RUNNING],
  "other-protocol": [OTHER_ADDRESS, "A proxy in between does not pass gRPC (HTTP/2) on: look at its log."],
  "tls-port": [
    "This port speaks TLS: set TEMPORAL_TLS=true, and TEMPORAL_TLS_SERVER_CA_CERT_PATH for a CA of your own.",
  ],
  "plaintext-port": [
    "This port does not speak TLS: set TEMPORAL_TLS=false and no other TEMPORAL_TLS_*, or use the TLS port.",
  ],
  "certificate-expired": [
    "The certificate must be renewed on Temporal's side.",
    "This machine's clock is wrong: check it.",
  ],
  "certificate-not-yet-valid": ["This machine's clock is wrong: check it.", "The certificate was issued for later."],
  "certificate-host": [
    "The certificate is right, the name is not: set TEMPORAL_TLS_SERVER_NAME to one that it carries.",
    OTHER_ADDRESS,
  ],
  "certificate-authority": [
    "The CA is one of your own: name its PEM file in TEMPORAL_TLS_SERVER_CA_CERT_PATH.",
    "TEMPORAL_TLS_SERVER_CA_CERT_PATH names another CA than the one that signed the certificate: check it.",
  ],
  "certificate-invalid": ["The certificate must be corrected on Temporal's side."],
  "client-certificate-wanted": [`Temporal wants mutual TLS: set ${CLIENT_CERTIFICATE}.`],
  "client-certificate-refused": [
    `The client certificate is not known to Temporal, or has expired: check ${CLIENT_CERTIFICATE}.`,
  ],
  handshake: [
    "This port does not speak TLS: set TEMPORAL_TLS=false, or use the TLS port.",
    `Temporal wants a client certificate: set ${CLIENT_CERTIFICATE}.`,
    "Something in between (a proxy, a load balancer) ends the connection: look at its log.",
  ],
  "namespace-not-found": [
    "TEMPORAL_NAMESPACE is misspelled: list the namespaces with `temporal operator namespace list`.",
    "The namespace was not created yet: `temporal operator namespace create --namespace <name>`.",
  ],
  unauthorized: [
    "The API key or the client certificate is not valid for this namespace: check TEMPORAL_API_KEY and TEMPORAL_TLS_CLIENT_*.",
  ],
};
