import { group, type PartOf } from "../group.ts";
import { hostPort } from "../parsers/addresses.ts";
import { apiKey } from "../parsers/keys.ts";
import { wholeNumber } from "../parsers/numbers.ts";
import { anyText } from "../parsers/words.ts";
import { setting } from "../setting.ts";
import { checkTemporalTls, resolveTemporalTls, temporalTls } from "./temporal-tls.ts";

/** Temporal: where it is, what to poll, how the connection is secured. */
export const temporal = group(
  {
    /** `host:port`. */
    address: setting({
      name: "TEMPORAL_SERVICE_ADDRESS",
      aliases: ["TEMPORAL_ADDRESS"],
      parser: hostPort,
      default: "localhost:7233",
      description: "Address of Temporal's frontend.",
    }),
    namespace: setting({
      name: "TEMPORAL_NAMESPACE",
      parser: anyText,
      default: "default",
      description: "Namespace in Temporal.",
    }),
    taskQueue: setting({
      name: "TEMPORAL_AGENT_EXECUTION_RUNNER_TASK_QUEUE",
      aliases: ["TASK_QUEUE"],
      parser: anyText,
      default: "agent_execution_runner",
      description: "The task queue to poll.",
    }),
    maxConcurrency: setting({
      name: "TEMPORAL_MAX_CONCURRENCY",
      parser: wholeNumber(1, 1000),
      default: "10",
      description: "Maximum number of executions that run at once; further ones wait.",
    }),
    ...temporalTls,
    apiKey: setting({
      name: "TEMPORAL_API_KEY",
      parser: apiKey,
      secret: true,
      description: "API key of Temporal Cloud.",
    }),
    deploymentName: setting({
      name: "TEMPORAL_DEPLOYMENT_NAME",
      parser: anyText,
      defaultNote: "no versioning",
      description: "Name of the worker deployment, for Temporal's worker versioning.",
    }),
    buildId: setting({
      name: "TEMPORAL_WORKER_BUILD_ID",
      parser: anyText,
      defaultNote: "the commit that this program was built from",
      description: "Build id of this worker: its version in the deployment, shown in Temporal's histories.",
    }),
  },
  {
    check: checkTemporalTls,
    resolve(values) {
      const { tlsSwitch, certPath, certData, keyPath, keyData, caPath, caData, serverName, ...rest } = values;
      /** `tls` is absent for plaintext. */
      return { ...rest, tls: resolveTemporalTls(values) };
    },
  },
);

export type TemporalConfig = PartOf<typeof temporal>;
