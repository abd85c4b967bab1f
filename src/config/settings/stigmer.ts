import { group, type PartOf } from "../group.ts";
import { hostPort } from "../parsers/addresses.ts";
import { certificateFile, privateKeyFile } from "../parsers/paths.ts";
import { pemText } from "../parsers/pem.ts";
import { boolean } from "../parsers/words.ts";
import { setting } from "../setting.ts";
import { checkClientPair, checkSwitchedOff } from "./tls-checks.ts";

/** The connection to the Stigmer backend: a daemon in local mode. */
export function stigmer(defaults: { readonly endpoint: string; readonly description: string }) {
  return group(
    {
      /** `host:port`. */
      endpoint: setting({
        name: "STIGMER_BACKEND_ENDPOINT",
        parser: hostPort,
        default: defaults.endpoint,
        description: defaults.description,
      }),
      tls: setting({
        name: "STIGMER_BACKEND_TLS",
        parser: boolean,
        defaultNote: "on if the endpoint ends with :443",
        description: "Use TLS for the connection to the Stigmer backend.",
      }),
      caFile: setting({
        name: "STIGMER_BACKEND_CA_FILE",
        parser: certificateFile,
        defaultNote: "the system's CAs",
        description: "CA of the backend's certificate, as a PEM file.",
      }),
      certFile: setting({
        name: "STIGMER_BACKEND_CLIENT_CERT_FILE",
        parser: certificateFile,
        description: "Client certificate for mutual TLS with the backend, as a PEM file.",
      }),
      keyFile: setting({
        name: "STIGMER_BACKEND_CLIENT_KEY_FILE",
        parser: privateKeyFile,
        description: "Private key of that client certificate, as a PEM file.",
      }),
    },
    {
      check(check) {
        const { certFile, keyFile } = check.values;
        if (!check.isInvalid("certFile") && !check.isInvalid("keyFile"))
          checkClientPair(
            check,
            { key: "certFile", pem: pemText(certFile, undefined) },
            { key: "keyFile", pem: pemText(keyFile, undefined) },
          );
        checkSwitchedOff(check, "tls", ["caFile", "certFile", "keyFile"]);
      },
      resolve: ({ certFile, keyFile, ...rest }) => ({
        ...rest,
        tls: rest.tls ?? rest.endpoint.endsWith(":443"),
        client: certFile === undefined || keyFile === undefined ? undefined : { certFile, keyFile },
      }),
    },
  );
}

export type StigmerConfig = PartOf<ReturnType<typeof stigmer>>;
