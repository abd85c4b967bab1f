import { describe, expect, test } from "bun:test";
import type { PeerCertificate } from "node:tls";
import { ofTls } from "./connection-failure.ts";
import type { ProbeResult, TlsOptions } from "./port-probe.ts";

// What real servers do is in test/wiring/tls-*.test.ts; here is what they do only at times, or on other systems.

const client = { cert: "a certificate", key: "a key" };
const trouble = (seen: Partial<ProbeResult>, tls: TlsOptions = {}) =>
  ofTls({ connected: false, closed: true, ...seen }, { host: "temporal.example", port: 7233 }, tls);
const error = (code: string) => ({ code, text: `${code} happened` });
const certificate = (code: string, peer: object = {}) => ({
  connected: true,
  certificate: { code, peer: peer as PeerCertificate },
});

describe("server certificate", () => {
  const past = "Jan  2 03:04:05 2020 GMT";
  const future = "Jan  2 03:04:05 2120 GMT";

  test("names the date if it has expired", () => {
    expect(trouble(certificate("CERT_HAS_EXPIRED", { valid_to: past }))).toEqual({
      code: "certificate-expired",
      message: "its certificate expired on 2020-01-02T03:04:05.000Z",
    });
  });

  test("is explained if it was signed by an expired one", () => {
    for (const peer of [{ valid_to: future }, {}]) {
      expect(trouble(certificate("CERT_HAS_EXPIRED", peer))?.message).toBe("a certificate of its chain has expired");
    }
  });

  test("is explained if it is not valid yet", () => {
    expect(trouble(certificate("CERT_NOT_YET_VALID", { valid_from: future }))).toEqual({
      code: "certificate-not-yet-valid",
      message: "its certificate is not valid before 2120-01-02T03:04:05.000Z",
    });
  });

  test("names up to five of its hosts and the wanted one if they differ", () => {
    const of = (...names: string[]) =>
      certificate("ERR_TLS_CERT_ALTNAME_INVALID", { subjectaltname: names.join(", ") });
    expect(trouble(of("DNS:a.example", "IP Address:10.0.0.1"))?.message).toBe(
      "its certificate is for a.example, 10.0.0.1, not for temporal.example",
    );
    expect(trouble(of("DNS:a", "DNS:b", "DNS:c", "DNS:d", "DNS:e", "DNS:f"), { serverName: "named" })?.message).toBe(
      "its certificate is for a, b, c, d, e and 1 more, not for named",
    );
    expect(trouble(of("IP Address:FD00:0:0:0:0:0:0:1", "DNS:a"))?.message).toStartWith(
      "its certificate is for fd00::1, a,",
    );
    expect(trouble(certificate("HOSTNAME_MISMATCH"))?.message).toContain("is for no host");
  });

  test("names its authority if that is unknown", () => {
    const codes = ["SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"];
    for (const code of codes) {
      const found = trouble(certificate(code, { issuer: { CN: "Our CA" } }));
      expect(found?.code).toBe("certificate-authority");
      expect(found?.message).toContain('"Our CA"');
    }
    expect(trouble(certificate("DEPTH_ZERO_SELF_SIGNED_CERT"))?.message).toContain("self-signed");
  });

  test("names any other reason of its refusal", () => {
    expect(trouble(certificate("CERT_REVOKED"))).toEqual({
      code: "certificate-invalid",
      message: "its certificate is not accepted (CERT_REVOKED)",
    });
  });
});

describe("server that closes the connection", () => {
  test("requires a client certificate according to an alert of TLS 1.3", () => {
    const seen = { connected: true, error: error("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED") };
    expect(trouble(seen)?.code).toBe("client-certificate-wanted");
  });

  test("requires a client certificate, or refuses it with a reason, according to an alert of TLS 1.2", () => {
    const seen = { error: error("ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE") };
    expect(trouble(seen)?.code).toBe("client-certificate-wanted");
    expect(trouble(seen, { client })?.message).toBe("it refuses the client certificate (handshake failure)");
    const unknown = { error: error("ERR_SSL_TLSV1_ALERT_UNKNOWN_CA") };
    expect(trouble(unknown, { client })?.message).toBe("it refuses the client certificate (unknown CA)");
  });

  test("refuses the client certificate if it closes after receiving it", () => {
    expect(trouble({ connected: true }, { client })?.code).toBe("client-certificate-refused");
    expect(trouble({ connected: true, error: error("ECONNRESET") }, { client })?.code).toBe(
      "client-certificate-refused",
    );
  });

  test("gives no reason if it closes silently", () => {
    expect(trouble({ connected: true })?.message).toContain("right after the TLS handshake");
    expect(trouble({ connected: false, error: error("ECONNRESET") })?.message).toContain("may not speak TLS");
  });

  test("gives any other reason it reports", () => {
    expect(trouble({ error: error("ERR_SSL_NO_SHARED_CIPHER") })).toEqual({
      code: "handshake",
      message: "the TLS handshake failed (ERR_SSL_NO_SHARED_CIPHER happened)",
    });
  });
});

test("a server without TLS is recognized by its answer to a TLS handshake", () => {
  for (const code of ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG", "EPROTO"]) {
    expect(trouble({ error: error(code) })?.code).toBe("plaintext-port");
  }
});

test("network failures are named", () => {
  expect(trouble({ error: error("ECONNREFUSED") })?.code).toBe("refused");
  expect(trouble({ error: error("EAI_AGAIN") })?.code).toBe("unknown-host");
  expect(trouble({ error: error("EHOSTUNREACH") })).toEqual({ code: "no-answer", message: "EHOSTUNREACH happened" });
});

test("what answers without HTTP/2 speaks no gRPC", () => {
  for (const answer of ["HTTP/1.1 400 Bad Request\r\n", "-ERR unknown command\r\n", "\0\0\0\0"])
    expect(trouble({ connected: true, answer: Buffer.from(answer) })?.code).toBe("other-protocol");
});

test("no failure is found if the server answers or keeps the connection open", () => {
  const settings = Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0]);
  for (const answer of [settings, settings.subarray(0, 3)])
    expect(trouble({ connected: true, answer })).toBeUndefined();
  expect(trouble({ connected: true, closed: false })).toBeUndefined();
});
