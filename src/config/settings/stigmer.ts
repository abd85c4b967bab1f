import { certificateFile, privateKeyFile } from "../parsers/files.ts";
import { boolean } from "../parsers/parsers.ts";
import { optional } from "../setting.ts";

/** The connection to the Stigmer backend. */
export const stigmer = {
  STIGMER_BACKEND_TLS: optional(boolean, "TLS to the Stigmer backend.", {
    defaultNote: "on where the endpoint ends in :443",
  }),
  STIGMER_BACKEND_CA_FILE: optional(certificateFile, "CA (PEM file) that signed the backend's certificate.", {
    defaultNote: "the system's",
  }),
  STIGMER_BACKEND_CLIENT_CERT_FILE: optional(
    certificateFile,
    "Client certificate (PEM file) for mutual TLS with the backend.",
  ),
  STIGMER_BACKEND_CLIENT_KEY_FILE: optional(privateKeyFile, "Private key (PEM file) of that client certificate."),
};
