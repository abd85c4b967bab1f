import { expect, test } from "bun:test";
import { localWorld } from "../support/local-world.ts";
import { phaseOf } from "../support/stigmer-user.ts";
import { tlsPeople } from "../support/tls-cases.ts";
import { startTlsProxy } from "../support/tls-proxy.ts";

test("an execution runs with TLS and client certificates to Temporal and Stigmer", async () => {
  await using open = new AsyncDisposableStack();
  const { authority, known } = open.use(await tlsPeople());
  const certificate = await authority.issue("world");
  const to = { certificate, clientCa: authority.ca };
  await using world = await localWorld(async (ports) => {
    const [temporalProxy, stigmerProxy] = await Promise.all([
      startTlsProxy({ ...to, to: ports.temporal }),
      startTlsProxy({ ...to, to: ports.stigmer }),
    ]);
    open.use(temporalProxy);
    open.use(stigmerProxy);
    return {
      TEMPORAL_SERVICE_ADDRESS: `localhost:${temporalProxy.port}`,
      TEMPORAL_TLS_SERVER_CA_CERT_PATH: authority.caFile,
      TEMPORAL_TLS_CLIENT_CERT_PATH: known.certFile,
      TEMPORAL_TLS_CLIENT_KEY_DATA: known.key,
      STIGMER_BACKEND_ENDPOINT: `localhost:${stigmerProxy.port}`,
      STIGMER_BACKEND_TLS: "true",
      STIGMER_BACKEND_CA_FILE: authority.caFile,
      STIGMER_BACKEND_CLIENT_CERT_FILE: known.certFile,
      STIGMER_BACKEND_CLIENT_KEY_FILE: known.keyFile,
    };
  });
  const execution = await world.run("Hi", () => ({ text: "Over TLS." }));
  expect(phaseOf(execution)).toBe("EXECUTION_COMPLETED");
  expect(execution.status?.messages.at(-1)?.content).toBe("Over TLS.");
  const secret = known.key.split("\n")[1] ?? "";
  expect(world.log.join("")).not.toContain(secret);
});
