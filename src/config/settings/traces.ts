import { group, type PartOf } from "../group.ts";
import { exactHttpUrl } from "../parsers/addresses.ts";
import { httpHeaders, keyValues } from "../parsers/key-values.ts";
import { decimalNumber, wholeNumber } from "../parsers/numbers.ts";
import { certificateFile, privateKeyFile } from "../parsers/paths.ts";
import { pemText } from "../parsers/pem.ts";
import { anyText, boolean, oneOf } from "../parsers/words.ts";
import { setting } from "../setting.ts";
import { checkClientPair } from "./tls-checks.ts";

const DEFAULT_ENDPOINT = "http://localhost:4318";
const PROTOCOL = "http/protobuf";
const HOUR_MS = 3_600_000;

const SAMPLERS = [
  "always_on",
  "always_off",
  "traceidratio",
  "parentbased_always_on",
  "parentbased_always_off",
  "parentbased_traceidratio",
] as const;

/** Traces of executions, by the variables that OpenTelemetry has defined. Nothing of them is loaded unless one asks for it. */
export const traces = group(
  {
    isDisabled: setting({
      name: "OTEL_SDK_DISABLED",
      parser: boolean,
      default: "false",
      description: "Whether no traces are sent, whatever else is set.",
    }),
    exporter: setting({
      name: "OTEL_TRACES_EXPORTER",
      parser: oneOf(["otlp", "none"]),
      defaultNote: "`otlp` if an endpoint is set",
      description: "Where traces of executions are sent: `otlp`, to the endpoint; `none`, nowhere.",
    }),
    endpoint: setting({
      name: "OTEL_EXPORTER_OTLP_ENDPOINT",
      parser: exactHttpUrl,
      defaultNote: `\`${DEFAULT_ENDPOINT}\` if OTEL_TRACES_EXPORTER is \`otlp\``,
      description: "OTLP/HTTP endpoint of an OpenTelemetry collector; /v1/traces is appended.",
    }),
    tracesEndpoint: setting({
      name: "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
      parser: exactHttpUrl,
      description: "The whole URL for traces, instead of OTEL_EXPORTER_OTLP_ENDPOINT.",
    }),
    protocol: setting({
      name: "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
      aliases: ["OTEL_EXPORTER_OTLP_PROTOCOL"],
      hasGeneralAliases: true,
      parser: oneOf(["http/protobuf", "grpc", "http/json"]),
      default: PROTOCOL,
      description: "Protocol of the endpoint. Only `http/protobuf` works.",
    }),
    headers: setting({
      name: "OTEL_EXPORTER_OTLP_HEADERS",
      parser: httpHeaders,
      secret: true,
      description: "Headers of the requests to the endpoint, such as an API key.",
    }),
    tracesHeaders: setting({
      name: "OTEL_EXPORTER_OTLP_TRACES_HEADERS",
      parser: httpHeaders,
      secret: true,
      description: "The same for traces; they replace headers of the same name.",
    }),
    timeoutMs: setting({
      name: "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT",
      aliases: ["OTEL_EXPORTER_OTLP_TIMEOUT"],
      hasGeneralAliases: true,
      parser: wholeNumber(1, HOUR_MS),
      default: "10000",
      description: "How long sending one batch may take, with its repetitions, in milliseconds.",
    }),
    compression: setting({
      name: "OTEL_EXPORTER_OTLP_TRACES_COMPRESSION",
      aliases: ["OTEL_EXPORTER_OTLP_COMPRESSION"],
      hasGeneralAliases: true,
      parser: oneOf(["none", "gzip"]),
      default: "none",
      description: "Compression of the requests.",
    }),
    caFile: setting({
      name: "OTEL_EXPORTER_OTLP_TRACES_CERTIFICATE",
      aliases: ["OTEL_EXPORTER_OTLP_CERTIFICATE"],
      hasGeneralAliases: true,
      parser: certificateFile,
      defaultNote: "the system's CAs",
      description: "CA of the endpoint's certificate, as a PEM file.",
    }),
    certFile: setting({
      name: "OTEL_EXPORTER_OTLP_TRACES_CLIENT_CERTIFICATE",
      aliases: ["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"],
      hasGeneralAliases: true,
      parser: certificateFile,
      description: "Client certificate for mutual TLS with the endpoint, as a PEM file.",
    }),
    keyFile: setting({
      name: "OTEL_EXPORTER_OTLP_TRACES_CLIENT_KEY",
      aliases: ["OTEL_EXPORTER_OTLP_CLIENT_KEY"],
      hasGeneralAliases: true,
      parser: privateKeyFile,
      // By its name, somebody may set it to the key itself.
      secret: true,
      description: "Private key of that client certificate, as a PEM file.",
    }),
    serviceName: setting({
      name: "OTEL_SERVICE_NAME",
      parser: anyText,
      defaultNote: "`service.name` of OTEL_RESOURCE_ATTRIBUTES, else `agent-runner`",
      description: "Name of this program in traces.",
    }),
    resource: setting({
      name: "OTEL_RESOURCE_ATTRIBUTES",
      parser: keyValues,
      description: "Attributes of this program in traces, such as `deployment.environment.name=production`.",
    }),
    sampler: setting({
      name: "OTEL_TRACES_SAMPLER",
      parser: oneOf(SAMPLERS),
      default: "parentbased_always_on",
      description: "Which executions are traced. The `parentbased` ones follow the workflow, if it is traced itself.",
    }),
    samplerArg: setting({
      name: "OTEL_TRACES_SAMPLER_ARG",
      parser: decimalNumber(0, 1),
      defaultNote: "`1`",
      description: "Share of executions that the samplers with `traceidratio` choose.",
    }),
    scheduleDelayMs: setting({
      name: "OTEL_BSP_SCHEDULE_DELAY",
      parser: wholeNumber(1, HOUR_MS),
      default: "5000",
      description: "How long ended spans are collected before they are sent, in milliseconds.",
    }),
    exportTimeoutMs: setting({
      name: "OTEL_BSP_EXPORT_TIMEOUT",
      parser: wholeNumber(1, HOUR_MS),
      default: "30000",
      description: "After how long a batch is given up, in milliseconds.",
    }),
    maxQueueSize: setting({
      name: "OTEL_BSP_MAX_QUEUE_SIZE",
      parser: wholeNumber(1, 100_000),
      default: "2048",
      description: "Spans that wait to be sent; further ones are dropped.",
    }),
    maxBatchSize: setting({
      name: "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
      parser: wholeNumber(1, 100_000),
      defaultNote: "`512`, or OTEL_BSP_MAX_QUEUE_SIZE if that is less",
      description: "Spans in one request.",
    }),
    maxValueLength: setting({
      name: "OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT",
      parser: wholeNumber(32, 1_000_000),
      default: "4096",
      description: "Longest text in traces, in characters; longer ones are cut.",
    }),
    hasContent: setting({
      name: "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
      parser: boolean,
      default: "false",
      description:
        "Whether traces contain what models answer, and arguments and results of tools. Secrets are masked in them.",
    }),
  },
  {
    check(check) {
      const { values, isInvalid, report } = check;
      const { certFile, keyFile, maxBatchSize, maxQueueSize } = values;
      if (isOn(values) && values.protocol !== undefined && values.protocol !== PROTOCOL)
        report("protocol", {
          problem: `is ${values.protocol}, which this program cannot send`,
          allowed: PROTOCOL,
          remedy: `Set OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=${PROTOCOL} and OTEL_EXPORTER_OTLP_TRACES_ENDPOINT to the collector's OTLP/HTTP receiver (usually http://HOST:4318/v1/traces), or OTEL_TRACES_EXPORTER=none to send no traces.`,
        });
      if (!isInvalid("certFile") && !isInvalid("keyFile"))
        checkClientPair(
          check,
          { key: "certFile", pem: pemText(certFile, undefined) },
          { key: "keyFile", pem: pemText(keyFile, undefined) },
        );
      if (maxBatchSize !== undefined && maxQueueSize !== undefined && maxBatchSize > maxQueueSize)
        report("maxBatchSize", {
          problem: `is ${maxBatchSize}, more than the ${maxQueueSize} spans that may wait (OTEL_BSP_MAX_QUEUE_SIZE)`,
          allowed: `a whole number from 1 to ${maxQueueSize}`,
          remedy: "Lower it, or raise OTEL_BSP_MAX_QUEUE_SIZE.",
        });
    },
    resolve: ({ endpoint, tracesEndpoint, headers, tracesHeaders, isDisabled, exporter, maxBatchSize, ...rest }) => ({
      ...rest,
      isOn: isOn({ isDisabled, exporter, endpoint, tracesEndpoint }),
      url: tracesEndpoint ?? urlForTraces(endpoint ?? DEFAULT_ENDPOINT),
      headers: { ...headers, ...tracesHeaders },
      maxBatchSize: maxBatchSize ?? Math.min(512, rest.maxQueueSize),
    }),
  },
);

export type TracesConfig = PartOf<typeof traces>;

interface Switches {
  readonly isDisabled?: boolean | undefined;
  readonly exporter?: "otlp" | "none" | undefined;
  readonly endpoint?: string | undefined;
  readonly tracesEndpoint?: string | undefined;
}

function isOn({ isDisabled, exporter, endpoint, tracesEndpoint }: Switches): boolean {
  if (isDisabled === true || exporter === "none") return false;
  return exporter === "otlp" || endpoint !== undefined || tracesEndpoint !== undefined;
}

function urlForTraces(endpoint: string): string {
  const url = new URL(endpoint);
  url.pathname = `${url.pathname.replace(/\/+$/, "")}/v1/traces`;
  return url.href;
}
