import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createServer, type Server } from "node:net";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import type { RedisConfig } from "../../src/config/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { RedisConnection, RedisError, type RedisErrorCode } from "../../src/redis/index.ts";
import { type TestAuthority, testAuthority } from "../support/certificates.ts";
import { startRedis, type TestRedis } from "../support/redis.ts";

const PASSWORD = "the password of the test";

let authority: TestAuthority;
let plain: TestRedis;
let secured: TestRedis;
let silent: Server;
let chatty: ReturnType<typeof Bun.serve>;
beforeAll(async () => {
  authority = await testAuthority();
  plain = await startRedis({ password: PASSWORD });
  secured = await startRedis({ tls: await authority.issue("redis"), caFile: authority.caFile });
  silent = createServer(() => undefined).listen(0, "127.0.0.1");
  chatty = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("a web server") });
});
afterAll(async () => {
  silent.close();
  await chatty.stop(true);
  for (const part of [plain, secured, authority]) await part[Symbol.asyncDispose]();
});

/** What connecting fails with. */
async function failure(config: RedisConfig): Promise<RedisError> {
  const outcome = await RedisConnection.open(config, silentLogger).then(
    (redis) => redis.close(),
    (error: unknown) => error,
  );
  if (!(outcome instanceof RedisError)) throw new Error(`connecting ended with ${String(outcome)}`);
  return outcome;
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

const cases: readonly (readonly [
  what: string,
  config: () => RedisConfig | Promise<RedisConfig>,
  code: RedisErrorCode,
  message: string,
])[] = [
  ["nobody listens", async () => ({ ...plain.config, port: (await freePorts(1))[0] ?? 0 }), "refused", "refused"],
  ["the host is unknown", () => ({ ...plain.config, host: "no-such-host.invalid" }), "unknown-host", "unknown"],
  ["nobody answers", () => ({ ...plain.config, port: portOf(silent) }), "timeout", "no answer"],
  ["the password is missing", () => without(plain.config, "password"), "password-missing", "NOAUTH"],
  ["the password is wrong", () => ({ ...plain.config, password: "not it" }), "password-wrong", "WRONGPASS"],
  ["the user is unknown", () => ({ ...plain.config, username: "nobody" }), "password-wrong", "WRONGPASS"],
  ["the database does not exist", () => ({ ...plain.config, db: 99 }), "no-database", "database 99"],
  ["TLS meets a plaintext port", () => ({ ...plain.config, tls: {} }), "plaintext-expected", "does not speak TLS"],
  ["plaintext meets a TLS port", () => without(secured.config, "tls"), "tls-expected", "speaks TLS"],
  ["the CA is unknown", () => ({ ...secured.config, tls: {} }), "certificate", "certificate"],
  ["something else answers", () => ({ ...plain.config, port: chatty.port ?? 0 }), "not-redis", "not Redis"],
];

function without(config: RedisConfig, name: "password" | "tls"): RedisConfig {
  const { [name]: _, ...rest } = config;
  return rest;
}

describe("connecting to Redis", () => {
  test("works with a password, and with TLS", async () => {
    for (const { config } of [plain, secured]) {
      const redis = await RedisConnection.open(config, silentLogger);
      expect(await redis.probe()).toBeUndefined();
      redis.close();
    }
  });

  for (const [what, config, code, message] of cases) {
    test(`fails with its own message when ${what}`, async () => {
      const error = await failure(await config());
      expect(error.code).toBe(code);
      expect(error.message).toContain(message);
      expect(error.message).toStartWith("Failed to connect to Redis at ");
      expect(error.message).not.toContain(PASSWORD);
    });
  }

  for (const [what, options, message] of [
    ["has expired", { expired: true }, "expired"],
    ["is for another host", { hosts: ["elsewhere.example"] }, "does not match"],
  ] as const) {
    test(`fails with its own message when the certificate ${what}`, async () => {
      const tls = await authority.issue(what.replaceAll(" ", "-"), options);
      await using redis = await startRedis({ tls, caFile: authority.caFile, unreachable: true });
      const error = await failure(redis.config);
      expect(error.code).toBe("certificate");
      expect(error.message).toContain(message);
    });
  }
});
