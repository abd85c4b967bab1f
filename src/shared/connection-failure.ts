import { isIPv6 } from "node:net";
import type { PeerCertificate } from "node:tls";
import type { NetAddress } from "./net-address.ts";
import { networkFailure, UNREACHABLE_CODES } from "./network-failure.ts";
import { HTTP2_PREFACE, type ProbeResult, probeTcp, probeTls, speaksTls, type TlsOptions } from "./port-probe.ts";
import { firstNames } from "./text.ts";

export type ConnectionFailureCode =
  | "refused"
  | "unknown-host"
  | "no-answer"
  | "other-protocol"
  | "tls-port"
  | "plaintext-port"
  | "certificate-expired"
  | "certificate-not-yet-valid"
  | "certificate-host"
  | "certificate-authority"
  | "certificate-invalid"
  | "client-certificate-wanted"
  | "client-certificate-refused"
  | "handshake";

/** Why a server cannot be talked to. */
export interface ConnectionFailure {
  readonly code: ConnectionFailureCode;
  /** The cause as a sentence in which "it" is the server. */
  readonly message: string;
}

/**
 * Diagnoses why a connection to a gRPC server fails, by probing its port.
 * @param tls absent: plaintext is meant
 * @returns `undefined` if nothing was found: the connection works, or the problem is above TLS
 */
export async function diagnoseConnection(
  address: NetAddress,
  tls: TlsOptions | undefined,
): Promise<ConnectionFailure | undefined> {
  if (tls !== undefined) return ofTls(await probeTls(address, tls), address, tls);
  const [seen, encrypted] = await Promise.all([probeTcp(address, HTTP2_PREFACE), speaksTls(address)]);
  if (!seen.connected) return ofTcp(seen);
  if (encrypted) return { code: "tls-port", message: "it speaks TLS, and was spoken to in plaintext" };
  if (seen.answer !== undefined) return ofAnswer(seen.answer);
  return seen.closed ? undefined : SILENT;
}

const SILENT: ConnectionFailure = { code: "no-answer", message: "it takes the connection, but does not answer" };

/** Type of the frame that a server sends first (RFC 9113, 3.4 and 6.5), and where it stands in the frame. */
const SETTINGS = 4;
const TYPE_OFFSET = 3;

/** What the first bytes that a server sends say of it. */
function ofAnswer(answer: Buffer): ConnectionFailure | undefined {
  const type = answer[TYPE_OFFSET];
  if (type === undefined || type === SETTINGS) return undefined;
  return { code: "other-protocol", message: "it answers, but does not speak gRPC" };
}

function ofTcp({ error }: ProbeResult): ConnectionFailure {
  const noAnswer = { code: "no-answer", message: error === undefined ? "no answer in time" : error.text } as const;
  return networkFailure(error?.code) ?? noAnswer;
}

/** Alerts by which a server refuses what the client showed (RFC 8446, 6.2); those of TLS 1.2 come during the handshake. */
const REFUSALS =
  /ALERT_(UNKNOWN_CA|BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_EXPIRED|CERTIFICATE_REVOKED|CERTIFICATE_UNKNOWN|ACCESS_DENIED|HANDSHAKE_FAILURE|DECRYPT_ERROR)/;

/** What the result of a TLS probe means; pure, for its tests. */
export function ofTls(seen: ProbeResult, { host }: NetAddress, tls: TlsOptions): ConnectionFailure | undefined {
  const { error, certificate } = seen;
  if (certificate !== undefined) return ofCertificate(certificate, tls.serverName ?? host);
  if (error === undefined || error.code === "ECONNRESET") return ofSilence(seen, tls);
  if (UNREACHABLE_CODES.has(error.code)) return ofTcp(seen);
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST|EPROTO/.test(error.code)) {
    return { code: "plaintext-port", message: "it does not speak TLS" };
  }
  if (/ALERT_CERTIFICATE_REQUIRED/.test(error.code)) return wanted();
  const [, refusal] = REFUSALS.exec(error.code) ?? [];
  if (refusal !== undefined) return tls.client === undefined ? wanted() : refused(words(refusal));
  return { code: "handshake", message: `the TLS handshake failed (${error.text})` };
}

/** No error, but also no use: who closes without a word, and when, tells something. */
function ofSilence({ connected, answer, closed }: ProbeResult, tls: TlsOptions): ConnectionFailure | undefined {
  if (answer !== undefined) return ofAnswer(answer);
  if (connected && !closed) return undefined;
  if (!connected && !closed) return SILENT;
  if (!connected) {
    return { code: "handshake", message: "it closes the connection during the TLS handshake; it may not speak TLS" };
  }
  return tls.client === undefined
    ? { code: "handshake", message: "it closes the connection right after the TLS handshake" }
    : refused("it closes the connection right after it was shown");
}

function wanted(): ConnectionFailure {
  return { code: "client-certificate-wanted", message: "it wants a client certificate, and none is set" };
}

function refused(why: string): ConnectionFailure {
  return { code: "client-certificate-refused", message: `it refuses the client certificate (${why})` };
}

function words(alert: string): string {
  return alert
    .toLowerCase()
    .replaceAll("_", " ")
    .replace(/\bca\b/, "CA");
}

function ofCertificate(
  { code, peer }: NonNullable<ProbeResult["certificate"]>,
  host: string,
): ConnectionFailure | undefined {
  const ended = new Date(peer.valid_to ?? "");
  switch (code) {
    case "CERT_HAS_EXPIRED":
      return {
        code: "certificate-expired",
        // An authority between the root and the certificate may be the one whose time is over.
        message:
          ended.getTime() < Date.now()
            ? `its certificate expired on ${ended.toISOString()}`
            : "a certificate of its chain has expired",
      };
    case "CERT_NOT_YET_VALID":
      return {
        code: "certificate-not-yet-valid",
        message: `its certificate is not valid before ${dateText(peer.valid_from)}`,
      };
    case "ERR_TLS_CERT_ALTNAME_INVALID":
    case "HOSTNAME_MISMATCH":
    case "IP_ADDRESS_MISMATCH":
      return { code: "certificate-host", message: `its certificate is for ${namesOf(peer)}, not for ${host}` };
    case "DEPTH_ZERO_SELF_SIGNED_CERT":
      return { code: "certificate-authority", message: "its certificate is self-signed, and not known here" };
    case "SELF_SIGNED_CERT_IN_CHAIN":
    case "UNABLE_TO_GET_ISSUER_CERT":
    case "UNABLE_TO_GET_ISSUER_CERT_LOCALLY":
    case "UNABLE_TO_VERIFY_LEAF_SIGNATURE":
      return {
        code: "certificate-authority",
        message: `its certificate is signed by a CA that is not known here (${JSON.stringify(peer.issuer?.CN ?? "unnamed")})`,
      };
    default:
      return { code: "certificate-invalid", message: `its certificate is not accepted (${code})` };
  }
}

function dateText(text: string | undefined): string {
  const date = new Date(text ?? "");
  return Number.isNaN(date.getTime()) ? "some later date" : date.toISOString();
}

/** `a.example, 10.0.0.1`; of very many names the first ones. */
function namesOf({ subjectaltname }: PeerCertificate): string {
  const names = (subjectaltname ?? "no host").split(", ").map((name) => name.replace(/^(DNS|IP Address):/, ""));
  return firstNames(names.map(shortAddress), 5);
}

/** Certificates are printed with all groups of an IPv6 address: `0:0:0:0:0:0:0:1` for `::1`. */
function shortAddress(name: string): string {
  return isIPv6(name) ? new URL(`http://[${name}]`).hostname.slice(1, -1) : name;
}
