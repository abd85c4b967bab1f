import { type Check, type Compact, compact, type ValuesOf } from "../group.ts";
import { certificateFile, privateKeyFile } from "../parsers/paths.ts";
import { pemText } from "../parsers/pem.ts";
import { certificateText, privateKeyText } from "../parsers/pem-text.ts";
import { anyText, boolean } from "../parsers/words.ts";
import { setting } from "../setting.ts";
import { checkClientPair, checkSwitchedOff } from "./tls-checks.ts";

/** How the connection to Temporal is secured. Each PEM text is given as a file or as the text itself. */
export const temporalTls = {
  tlsSwitch: setting({
    name: "TEMPORAL_TLS",
    parser: boolean,
    defaultNote: "on if a certificate, a CA, a server name or TEMPORAL_API_KEY is set",
    description: "Use TLS for the connection to Temporal.",
  }),
  certPath: setting({
    name: "TEMPORAL_TLS_CLIENT_CERT_PATH",
    parser: certificateFile,
    description: "Client certificate for mutual TLS with Temporal, as a PEM file.",
  }),
  certData: setting({
    name: "TEMPORAL_TLS_CLIENT_CERT_DATA",
    parser: certificateText,
    secret: true,
    description: "The same as text, instead of the file.",
  }),
  keyPath: setting({
    name: "TEMPORAL_TLS_CLIENT_KEY_PATH",
    parser: privateKeyFile,
    description: "Private key of the client certificate, as a PEM file.",
  }),
  keyData: setting({
    name: "TEMPORAL_TLS_CLIENT_KEY_DATA",
    parser: privateKeyText,
    secret: true,
    description: "The same as text, instead of the file.",
  }),
  caPath: setting({
    name: "TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    parser: certificateFile,
    defaultNote: "the system's CAs",
    description: "CA of Temporal's certificate, as a PEM file.",
  }),
  caData: setting({
    name: "TEMPORAL_TLS_SERVER_CA_CERT_DATA",
    parser: certificateText,
    secret: true,
    description: "The same as text, instead of the file.",
  }),
  serverName: setting({
    name: "TEMPORAL_TLS_SERVER_NAME",
    parser: anyText,
    defaultNote: "the host of TEMPORAL_SERVICE_ADDRESS",
    description: "Name that Temporal's certificate must contain.",
  }),
};

type TlsSettings = typeof temporalTls;

/** Where PEM text comes from: a file with this absolute path, or the text itself. */
export type PemSource = { readonly path: string } | { readonly data: string };

export type TemporalTlsConfig = Compact<{
  serverName: string | undefined;
  /** Absent: the system's CAs. */
  ca: PemSource | undefined;
  client: { readonly cert: PemSource; readonly key: PemSource } | undefined;
}>;

const PATH_AND_DATA = [
  ["certPath", "certData"],
  ["keyPath", "keyData"],
  ["caPath", "caData"],
] as const;

export function checkTemporalTls(check: Check<TlsSettings>): void {
  const { values, isInvalid, nameOf, report } = check;
  for (const [path, data] of PATH_AND_DATA) {
    if (values[path] === undefined || values[data] === undefined) continue;
    const remedy = "Unset one of them.";
    report(data, { problem: `is set, and ${nameOf(path)} too`, allowed: "one of the two", remedy });
  }
  if (!(["certPath", "certData", "keyPath", "keyData"] as const).some((key) => isInvalid(key))) {
    const half = <K extends string>(path: K, data: K, file: string | undefined, text: string | undefined) => ({
      key: text === undefined ? path : data,
      pem: pemText(file, text),
    });
    checkClientPair(
      check,
      half("certPath", "certData", values.certPath, values.certData),
      half("keyPath", "keyData", values.keyPath, values.keyData),
    );
  }
  checkSwitchedOff(check, "tlsSwitch", [...PATH_AND_DATA.flat(), "serverName"]);
}

/** @returns `undefined` for plaintext */
export function resolveTemporalTls(
  values: ValuesOf<TlsSettings> & { readonly apiKey?: string },
): TemporalTlsConfig | undefined {
  const cert = pemSource(values.certPath, values.certData);
  const key = pemSource(values.keyPath, values.keyData);
  const tls: TemporalTlsConfig = compact({
    serverName: values.serverName,
    ca: pemSource(values.caPath, values.caData),
    client: cert === undefined || key === undefined ? undefined : { cert, key },
  });
  const isOn = values.tlsSwitch ?? (Object.keys(tls).length > 0 || values.apiKey !== undefined);
  return isOn ? tls : undefined;
}

function pemSource(path: string | undefined, data: string | undefined): PemSource | undefined {
  if (data !== undefined) return { data };
  return path === undefined ? undefined : { path };
}
