import { humanSize } from "../../shared/human-size.ts";
import { printable } from "../../shared/printable.ts";
import { withRemedies } from "../../shared/runner-error.ts";
import { humanDuration } from "../../shared/time.ts";
import type { Check } from "../admin-deps.ts";
import type { Health } from "./health-state.ts";

const SIGNS = { ok: "+", degraded: "!", failed: "-" } as const;

/** Health as text, a line for each check, as Kubernetes writes it for `?verbose`. */
export function healthText(health: Health): string {
  const { status, reasons, state, mode, version, uptimeSeconds, inFlight, deadline, memory, eventLoopDelay } = health;
  const lines = [
    ...health.checks.map(checkLine),
    `state: ${state}${deadline === null ? "" : `, executions are stopped at ${deadline}`}`,
    `version: ${version}, mode ${mode}, up for ${humanDuration(uptimeSeconds * 1000)}`,
    `in flight: ${inFlight}`,
    `memory: ${humanSize(memory.rssBytes)}, heap ${humanSize(memory.heapUsedBytes)}`,
    `event loop delay: p50 ${eventLoopDelay.p50Ms} ms, p99 ${eventLoopDelay.p99Ms} ms, max ${eventLoopDelay.maxMs} ms`,
    `status: ${status}${reasons.length === 0 ? "" : ` (${reasons.join("; ")})`}`,
  ];
  return `${lines.map((line) => printable(line)).join("\n")}\n`;
}

function checkLine({ name, status, reason, remedies = [], latencyMs, since, lastSuccess }: Check): string {
  const start = `[${SIGNS[status]}]${name} ${status}`;
  const took = latencyMs === undefined ? [] : [`${latencyMs} ms`];
  if (status === "ok") return `${start}${took.map((text) => ` [${text}]`).join("")}`;
  const details = [
    ...took,
    ...(since === undefined ? [] : [`since ${since.toISOString()}`]),
    ...(lastSuccess === undefined ? [] : [`last ok at ${lastSuccess.toISOString()}`]),
  ];
  const end = details.length === 0 ? "" : ` [${details.join(", ")}]`;
  return `${start}: ${withRemedies(reason ?? "unhealthy", remedies)}${end}`;
}
