/** What happens to traces when their collector is down, slow, or refuses them; and how it is reached. */
import { afterEach, describe, expect, test } from "bun:test";
import { type EnvMap, loadConfig } from "../../src/config/index.ts";
import { withLogFields } from "../../src/log/index.ts";
import { openTraces, type RunnerTraces } from "../../src/telemetry/traces/index.ts";
import { testAuthority } from "../support/certificates.ts";
import { collectedLog } from "../support/collected-log.ts";
import { until } from "../support/eventually.ts";
import { type Answer, startOtlpReceiver, TAKEN } from "../support/otlp/receiver.ts";
import { info, running, toolEnds, toolStarts } from "../support/otlp/record-spans.ts";

const open = new Set<AsyncDisposable>();
afterEach(async () => {
  for (const each of open) await each[Symbol.asyncDispose]();
  open.clear();
});

async function traced(env: EnvMap) {
  const { log, lines } = collectedLog();
  const { config } = loadConfig({
    env: { MODE: "local", OTEL_BSP_SCHEDULE_DELAY: "10", OTEL_EXPORTER_OTLP_TIMEOUT: "500", ...env },
    envFile: "/dev/null",
  });
  const traces = await openTraces({ config: config.traces, version: "1", place: "the collector", log });
  open.add({ [Symbol.asyncDispose]: () => traces.close() });
  const logged = (text: string) => lines.filter((line) => line.includes(text));
  return { traces, lines, logged, warnings: () => logged("- WARN -") };
}

function startReceiver(options: Parameters<typeof startOtlpReceiver>[0] = {}) {
  const receiver = startOtlpReceiver(options);
  open.add(receiver);
  return receiver;
}

/** For collectors that answer: no machine is too slow for it. */
const PATIENT = { OTEL_EXPORTER_OTLP_TIMEOUT: "3600000", OTEL_BSP_EXPORT_TIMEOUT: "3600000" };

/** An execution that runs some tools. @returns how many spans it has */
function execute({ observer }: RunnerTraces, tools = 1): number {
  const observation = observer.begin(info);
  observation.event(running);
  for (let tool = 0; tool < tools; tool++) {
    observation.event(toolStarts(`c${tool}`, 1));
    observation.event(toolEnds(`c${tool}`, 2));
  }
  observation.end({ phase: "completed" });
  return tools + 3;
}

/** Until the first batch was tried, further ones are executed. */
async function executeUntil(traces: RunnerTraces, what: string, condition: () => boolean): Promise<void> {
  await until(what, () => {
    execute(traces);
    return condition();
  });
}

const answers: readonly (readonly [string, Answer, RegExp])[] = [
  ["503", () => new Response("", { status: 503 }), /overloaded or not ready.*Check the collector/],
  ["400", () => new Response("bad", { status: 400 }), /HTTP 400.*log of the collector/],
  ["401", () => new Response("", { status: 401 }), /HTTP 401.*OTEL_EXPORTER_OTLP_HEADERS/],
  ["301", () => Response.redirect("http://127.0.0.1:1/", 301), /HTTP 301.*OTEL_EXPORTER_OTLP_ENDPOINT/],
  ["404", () => new Response("", { status: 404 }), /HTTP 404.*OTEL_EXPORTER_OTLP_ENDPOINT/],
  ["413", () => new Response("", { status: 413 }), /HTTP 413.*OTEL_BSP_MAX_EXPORT_BATCH_SIZE/],
];

describe("a collector that", () => {
  test.each(answers)("answers %s is named once with what to do, and again when it works", async (_, answer, text) => {
    const receiver = startReceiver();
    receiver.answer(answer);
    const { traces, logged, warnings } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    await executeUntil(traces, "the failure is repeated", () => logged("still cannot be sent").length > 1);
    expect(warnings()).toEqual([expect.stringMatching(text)]);
    receiver.answer(TAKEN);
    await executeUntil(traces, "it works", () => logged("Traces are sent again to the collector; ").length > 0);
    expect(warnings()).toHaveLength(1);
    expect(receiver.spans.length).toBeGreaterThan(0);
  });

  test("is down at the start is used once it is there", async () => {
    const before = startOtlpReceiver();
    const { traces, logged, warnings } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: before.url });
    await before[Symbol.asyncDispose]();
    await executeUntil(traces, "the failure is repeated", () => logged("still cannot be sent").length > 0);
    expect(warnings()).toEqual([expect.stringMatching(/nothing listens there.*4318/)]);
    const receiver = startReceiver({ port: Number(new URL(before.url).port) });
    await executeUntil(traces, "it is used", () => receiver.spans.length > 0);
    await until("that is logged", () => logged("Traces are sent again").length === 1);
  });

  test("never answers is given up, also at the end", async () => {
    const receiver = startReceiver();
    receiver.answer(() => new Promise<never>(() => undefined));
    const { traces, warnings } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    await executeUntil(traces, "it is named", () => warnings().length > 0);
    expect(warnings()[0]).toMatch(/Traces cannot be sent to the collector: .*4318/);

    const other = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...PATIENT });
    execute(other.traces);
    // Would outlast the test without its limit.
    await other.traces.close();
    expect(other.warnings()).toEqual([expect.stringContaining("The last traces were not sent")]);
  });

  test("answers 200 and something else is named once, without the ids of an execution", async () => {
    const receiver = startReceiver();
    let answered = 0;
    receiver.answer(() => new Response(answered++ % 2 === 0 ? "garbage" : "\u000f\u000f<html>"));
    const { traces, warnings } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    await withLogFields({ executionId: "aex-not-involved" }, () =>
      executeUntil(traces, "several batches are answered", () => answered > 3),
    );
    expect(warnings()).toEqual([expect.stringMatching(/probably not a collector.*OTEL_EXPORTER_OTLP_ENDPOINT/)]);
    expect(warnings()[0]).not.toContain("aex-not-involved");
  });

  test("rejects some spans is quoted once", async () => {
    const receiver = startReceiver();
    // ExportTraceServiceResponse { partial_success { rejected_spans: 2, error_message: "no" } }
    receiver.answer(() => new Response(new Uint8Array([0x0a, 0x06, 0x08, 0x02, 0x12, 0x02, 0x6e, 0x6f])));
    const { traces, lines, warnings } = await traced({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...PATIENT });
    await executeUntil(
      traces,
      "it is repeated",
      () => lines.filter((line) => line.includes("rejectedSpans")).length > 1,
    );
    expect(warnings()).toEqual([expect.stringMatching(/rejectedSpans.*2.*no/)]);
  });
});

describe("many spans", () => {
  test("arrive, each of them", async () => {
    const receiver = startReceiver();
    const { traces, warnings } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_MAX_QUEUE_SIZE: "20000",
      ...PATIENT,
    });
    let sent = 0;
    for (let execution = 0; execution < 10; execution++) sent += execute(traces, 1_000);
    await until("all have arrived", () => receiver.spans.length >= sent);
    expect(receiver.spans.length).toBe(sent);
    expect(new Set(receiver.spans.map(({ spanId }) => spanId)).size).toBe(sent);
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(10);
    expect(warnings()).toEqual([]);
  });

  test("beyond the queue are dropped, which is logged once with what to do", async () => {
    const receiver = startReceiver();
    const { traces, logged, warnings } = await traced({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_BSP_MAX_QUEUE_SIZE: "50",
      ...PATIENT,
    });
    await until("spans are dropped, twice", () => {
      execute(traces, 1_000);
      return logged("OTEL_BSP_MAX_QUEUE_SIZE").length + logged("DEBUG - Dropped").length > 1;
    });
    expect(warnings()).toEqual([expect.stringMatching(/\d+ spans were dropped.*Raise OTEL_BSP_MAX_QUEUE_SIZE/)]);
  });
});

describe("a request", () => {
  test("has the path, the headers and the compression that were set, and the resource", async () => {
    const receiver = startReceiver();
    const { traces } = await traced({
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.url}/api/traces/`,
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc,x-scope=a",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      ...PATIENT,
      OTEL_SERVICE_NAME: "my-runner",
      OTEL_RESOURCE_ATTRIBUTES: "service.name=other,deployment.environment.name=a%2Cb",
    });
    execute(traces);
    await traces.close();
    const [{ path, headers } = expect.unreachable()] = receiver.requests;
    expect(path).toBe("/api/traces/");
    const names = ["authorization", "x-scope", "content-encoding"];
    expect(names.map((name) => headers.get(name))).toEqual(["Bearer abc", "a", "gzip"]);
    expect(receiver.spans[0]?.resource).toMatchObject({
      "service.name": "my-runner",
      "service.version": "1",
      "deployment.environment.name": "a,b",
    });
  });

  test("uses mutual TLS, and says which certificate is missing", async () => {
    await using authority = await testAuthority();
    const server = await authority.issue("collector");
    const client = await authority.issue("client");
    const receiver = startReceiver({ tls: { cert: server.cert, key: server.key, ca: authority.ca } });
    const url = { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url };
    const attempt = async (env: EnvMap) => {
      const { traces, warnings } = await traced({ ...url, ...PATIENT, ...env });
      execute(traces);
      await traces.close();
      return warnings();
    };
    const ca = { OTEL_EXPORTER_OTLP_CERTIFICATE: authority.caFile };
    expect(await attempt({})).toEqual([expect.stringMatching(/certificate.*OTEL_EXPORTER_OTLP_CERTIFICATE/)]);
    expect(await attempt(ca)).toEqual([
      expect.stringMatching(/wants a client certificate.*OTEL_EXPORTER_OTLP_CLIENT_KEY/),
    ]);
    const pair = {
      OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: client.certFile,
      OTEL_EXPORTER_OTLP_CLIENT_KEY: client.keyFile,
    };
    expect(await attempt({ ...ca, ...pair })).toEqual([]);
    expect(receiver.spans.length).toBe(4);
  });
});

test.each([
  ["always_off", "1", 0],
  ["traceidratio", "0", 0],
  ["parentbased_traceidratio", "0", 0],
  ["traceidratio", "1", 4],
  ["parentbased_always_off", "1", 0],
  ["always_on", "0", 4],
])("with the sampler %s and %s, an execution sends this many spans: %d", async (sampler, share, count) => {
  const receiver = startReceiver();
  const { traces } = await traced({
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_TRACES_SAMPLER: sampler,
    OTEL_TRACES_SAMPLER_ARG: share,
    ...PATIENT,
  });
  execute(traces);
  await traces.close();
  expect(receiver.spans.length).toBe(count);
});
