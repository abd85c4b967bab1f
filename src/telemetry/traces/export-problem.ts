import { messageOf, systemCode } from "../../shared/errors.ts";
import { networkFailure } from "../../shared/network-failure.ts";
import { plainText } from "../../shared/plain-text.ts";

/** The collector did not answer in time. */
export class ExportTimeout extends Error {
  override readonly name = "ExportTimeout";
}

interface Problem {
  /** The end of a sentence. */
  readonly cause: string;
  readonly remedy: string;
}

const CHECK_COLLECTOR =
  "Check that the collector runs and has an OTLP/HTTP receiver (port 4318; 4317 is that of gRPC).";
const CHECK_URL = "Check OTEL_EXPORTER_OTLP_ENDPOINT, or OTEL_EXPORTER_OTLP_TRACES_ENDPOINT.";

/** Why spans could not be sent, and what to do. */
export function exportProblem(error: unknown): Problem {
  const status = statusOf(error);
  if (status !== undefined) return ofStatus(status, messageOf(error));
  if (error instanceof ExportTimeout) return { cause: error.message, remedy: CHECK_COLLECTOR };
  const text = messageOf(error);
  // The library says no more of 429, 502, 503 and 504.
  if (text === "Export failed with retryable status")
    return {
      cause: "the collector is overloaded or not ready (HTTP 429, 502, 503 or 504)",
      remedy: "Check the collector.",
    };
  if (/CERTIFICATE_REQUIRED/.test(text))
    return {
      cause: "the collector wants a client certificate",
      remedy: "Set OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY.",
    };
  if (/certificate|TLS|SSL/i.test(text))
    return {
      cause: plainText(text),
      remedy: "Check the endpoint, OTEL_EXPORTER_OTLP_CERTIFICATE (the CA) and the client certificate.",
    };
  return { cause: networkFailure(systemCode(error))?.message ?? plainText(text), remedy: CHECK_COLLECTOR };
}

/** The status of an HTTP response. */
function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "number" ? error.code : undefined;
}

function ofStatus(status: number, text: string): Problem {
  const cause = `the collector answered HTTP ${status} (${plainText(text)})`;
  if (status === 401 || status === 403) return { cause, remedy: "Check OTEL_EXPORTER_OTLP_HEADERS." };
  if (status < 400 || status === 404 || status === 405) return { cause, remedy: CHECK_URL };
  if (status === 413) return { cause, remedy: "Lower OTEL_BSP_MAX_EXPORT_BATCH_SIZE." };
  return { cause, remedy: "See the log of the collector." };
}
