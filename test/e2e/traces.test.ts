/** Traces of the compiled program, received by a collector. */
import { expect, test } from "bun:test";
import { testAuthority } from "../support/certificates.ts";
import { startDev } from "../support/dev-program.ts";
import { until } from "../support/eventually.ts";
import { installedProgram } from "../support/installed-program.ts";
import { startOtlpReceiver } from "../support/otlp/receiver.ts";
import { coverage, treeOf } from "../support/otlp/trace-tree.ts";
import { startProgram } from "../support/program.ts";

const installed = installedProgram("ollama");
const KEY = "c2VjcmV0LWtleQ";

test("an execution of the compiled program is one trace, sent with the certificates, headers and compression that were set", async () => {
  await using authority = await testAuthority();
  const { cert, key } = await authority.issue("collector");
  const client = await authority.issue("client");
  await using collector = startOtlpReceiver({ tls: { cert, key, ca: authority.ca } });
  await using program = await startDev(installed, {
    OLLAMA_BASE_URL: installed.ollama.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: `authorization=Bearer%20${KEY}`,
    OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
    OTEL_EXPORTER_OTLP_CERTIFICATE: authority.caFile,
    OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE: client.certFile,
    OTEL_EXPORTER_OTLP_CLIENT_KEY: client.keyFile,
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: "true",
    // Only the end sends it.
    OTEL_BSP_SCHEDULE_DELAY: "3600000",
    LOG_FORMAT: "json",
  });
  installed.ollama.converse((_, turn) =>
    turn === 0 ? { text: "", tools: [{ name: "execute", args: { command: `echo ${KEY}` } }] } : { text: "Done." },
  );
  expect(await program.command(["run", "Hi"]).exited).toBe(0);
  program.signal("SIGTERM");
  expect(await program.exited).toBe(0);

  const root = collector.spans.find(({ parentId }) => parentId === "") ?? expect.unreachable();
  const tree = treeOf(collector.spans, root);
  expect(tree.length).toBe(collector.spans.length);
  for (const line of ["  run agent", "    chat qwen2.5-coder:7b", "    execute_tool execute", "  end execution"])
    expect(tree).toContain(line);
  expect(coverage(collector.spans, root)).toBeGreaterThanOrEqual(0.99);
  for (const { path, headers } of collector.requests) {
    expect(path).toBe("/v1/traces");
    expect(headers.get("authorization")).toBe(`Bearer ${KEY}`);
    expect(headers.get("content-encoding")).toBe("gzip");
  }
  const content = JSON.stringify(collector.spans);
  expect(content).toContain("echo ***");
  expect(content + program.output()).not.toContain(KEY);
  expect(program.output()).toContain(`"traceId":"${root.traceId}"`);
});

test("a collector that never answers delays neither an execution nor the end of the program", async () => {
  await using collector = startOtlpReceiver();
  collector.answer(() => new Promise<never>(() => undefined));
  await using program = await startDev(installed, {
    OLLAMA_BASE_URL: installed.ollama.url,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_TIMEOUT: "3600000",
    OTEL_BSP_EXPORT_TIMEOUT: "3600000",
    OTEL_BSP_SCHEDULE_DELAY: "10",
  });
  installed.ollama.converse(() => ({ text: "Done." }));
  expect(await program.command(["run", "Hi"]).exited).toBe(0);
  await until("the collector was asked", () => collector.requests.length > 0);
  program.signal("SIGTERM");
  expect(await program.exited).toBe(0);
  expect(program.output()).toContain("The last traces were not sent");
});

test("what cannot be sent is refused at the start, with what works", async () => {
  const env = {
    MODE: "local",
    OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4317",
    OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  };
  await using program = startProgram(installed.file, ["config"], env, installed.folder.path);
  expect(await program.exited).toBe(3);
  expect(program.output() + program.errors()).toMatch(/is grpc, which this program cannot send.*http\/protobuf/s);
});
