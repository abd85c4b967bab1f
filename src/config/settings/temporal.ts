import { certificateFile, certificateText, privateKeyFile, privateKeyText } from "../parsers/files.ts";
import { anyText, apiKey, boolean, hostPort, wholeNumber } from "../parsers/parsers.ts";
import { optional, withDefault } from "../setting.ts";
import { secret } from "./secret.ts";

/** Temporal: where it is, what to poll, how the connection is secured. */
export const temporal = {
  TEMPORAL_SERVICE_ADDRESS: withDefault(hostPort, "localhost:7233", "Temporal's frontend.", {
    aliases: ["TEMPORAL_ADDRESS"],
  }),
  TEMPORAL_NAMESPACE: withDefault(anyText, "default", "Temporal's namespace."),
  TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE: withDefault(
    anyText,
    "agent_execution_runner",
    "The task queue to poll.",
    {
      aliases: ["TASK_QUEUE"],
    },
  ),
  TEMPORAL_MAX_CONCURRENCY: withDefault(wholeNumber(1, 1000), "10", "Executions that run at once; further ones wait."),
  TEMPORAL_TLS: optional(boolean, "TLS to Temporal.", {
    defaultNote: "on where a certificate, a CA or TEMPORAL_API_KEY is set",
  }),
  TEMPORAL_TLS_CLIENT_CERT_PATH: optional(
    certificateFile,
    "Client certificate (PEM file) for mutual TLS with Temporal.",
  ),
  TEMPORAL_TLS_CLIENT_CERT_DATA: optional(certificateText, "The same as text, instead of the file.", secret),
  TEMPORAL_TLS_CLIENT_KEY_PATH: optional(privateKeyFile, "Private key (PEM file) of the client certificate."),
  TEMPORAL_TLS_CLIENT_KEY_DATA: optional(privateKeyText, "The same as text, instead of the file.", secret),
  TEMPORAL_TLS_SERVER_CA_CERT_PATH: optional(certificateFile, "CA (PEM file) that signed Temporal's certificate.", {
    defaultNote: "the system's",
  }),
  TEMPORAL_TLS_SERVER_CA_CERT_DATA: optional(certificateText, "The same as text, instead of the file.", secret),
  TEMPORAL_TLS_SERVER_NAME: optional(anyText, "Name that Temporal's certificate must carry.", {
    defaultNote: "the host of TEMPORAL_SERVICE_ADDRESS",
  }),
  TEMPORAL_API_KEY: optional(apiKey, "API key of Temporal Cloud.", secret),
  TEMPORAL_DEPLOYMENT_NAME: optional(
    anyText,
    "Name of the worker deployment, for Temporal's worker versioning: see New versions.",
    {
      defaultNote: "no versioning",
    },
  ),
  TEMPORAL_WORKER_BUILD_ID: optional(
    anyText,
    "Build id of this worker: its version in the deployment, and what Temporal's histories name.",
    {
      defaultNote: "the commit that this program was built from",
    },
  ),
};
