import { expect, test } from "bun:test";
import { Registry } from "./prometheus.ts";
import { SdkMetrics, type SdkUpdate } from "./sdk-metrics.ts";

const requests = { name: "temporal_request", kind: "counter", unit: "", description: "Requests" } as const;
const latency = { name: "temporal_request_latency", kind: "histogram", unit: "s", description: "" } as const;
const pollers = { name: "temporal_num_pollers", kind: "gauge" } as const;

async function pageOf(updates: readonly SdkUpdate[], errors: string[] = []): Promise<string> {
  const registry = new Registry();
  const sdk = new SdkMetrics(
    registry,
    () => updates,
    (message) => void errors.push(message),
  );
  sdk.take();
  sdk.close();
  return await registry.metrics();
}

test("the SDK's metrics get the suffixes of Prometheus, and one TYPE each", async () => {
  const page = await pageOf([
    { metric: requests, value: 2, attributes: { operation: "Poll" } },
    { metric: requests, value: 3, attributes: { operation: "Poll", namespace: "default" } },
    { metric: latency, value: 0.02, attributes: {} },
    { metric: pollers, value: 5, attributes: {} },
    { metric: pollers, value: 4, attributes: {} },
  ]);
  expect(page).toContain('temporal_request_total{operation="Poll"} 2\n');
  expect(page).toContain('temporal_request_total{namespace="default",operation="Poll"} 3\n');
  expect(page).toContain("temporal_request_latency_seconds_sum 0.02\n");
  expect(page).toContain("temporal_num_pollers 4\n");
  expect(page.match(/^# TYPE temporal_request_total/gm)).toHaveLength(1);
});

test("types of workflows, which users name, do not become labels, and values are limited", async () => {
  const page = await pageOf(
    Array.from({ length: 1_000 }, (_, index) => ({
      metric: requests,
      value: 1,
      attributes: { workflow_type: `of-a-user-${index}`, activity_type: `activity-${index}` },
    })),
  );
  expect(page).not.toContain("of-a-user");
  expect(page.match(/^temporal_request_total\{/gm)).toHaveLength(51);
  expect(page).toContain('temporal_request_total{activity_type="other"} 950\n');
});

test("an SDK that cannot be asked is reported once, and hides nothing else", async () => {
  const registry = new Registry();
  const errors: string[] = [];
  const broken = () => {
    throw new Error("the runtime is gone");
  };
  const sdk = new SdkMetrics(registry, broken, (message) => void errors.push(message));
  sdk.take();
  sdk.take();
  sdk.close();
  expect(errors).toEqual(["the runtime is gone"]);
});

test("an update that contradicts the others hides nothing else", async () => {
  const errors: string[] = [];
  const page = await pageOf(
    [
      { metric: requests, value: -1, attributes: {} },
      { metric: pollers, value: 1, attributes: {} },
    ],
    errors,
  );
  expect(errors).toHaveLength(1);
  expect(page).toContain("temporal_num_pollers 1\n");
});
