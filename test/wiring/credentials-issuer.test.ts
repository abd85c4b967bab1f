import { describe, expect, test } from "bun:test";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { freePorts } from "../../scripts/lib/free-ports.ts";
import { testAuthority } from "../support/certificates.ts";
import { keyIssuer } from "../support/key-issuer.ts";
import type { KeyTrial } from "../support/key-trial.ts";

const OPENER = join(import.meta.dir, "../support/credentials-opener.ts");

const keys = keyIssuer();

const troubles: readonly (readonly [what: string, answer: () => Response, words: string])[] = [
  ["answers with an error", () => new Response("", { status: 503 }), "the answer is HTTP 503"],
  ["sends elsewhere", () => Response.redirect(keys.stranger.keysUrl), "the answer is a redirect (HTTP 302)"],
  ["answers with a page", () => new Response("<html>"), "the answer is not JSON"],
  ["answers without keys", () => Response.json({ keys: 7 }), "the answer is not a usable set of keys"],
  ["publishes a broken key", () => Response.json({ keys: [{ kty: "RSA", n: "AQAB", e: "AQAB" }] }), "2048 bits"],
  ["publishes a private key", () => Response.json({ keys: [keys.stranger.privateKey] }), "must be public keys"],
  ["answers without end", () => new Response(endless()), "the answer is longer than 256 KiB"],
];

/** A body without end, sent as long as it is read. */
function endless(): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(65_536).fill(32);
  return new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
}

/** Only a strict start fails; a lenient one warns, and says so in its health. */
async function onlyStrictFails(key: string, words: string, config: KeyTrial["config"] = {}): Promise<void> {
  const error = await keys.failure(key, { ...config, strict: true });
  expect(error.code).toBe("keys-unavailable");
  expect(error.message).toContain(words);

  const trial = keys.start(key, config);
  using open = await trial.open();
  expect(open.connected.join()).toStartWith("API key not verified yet: issuer https://");
  expect(trial.lines).toEqual([expect.stringContaining("WARN")]);
  expect(trial.lines.join()).toContain(words);
  expect(await open.check.check()).toMatchObject({ status: "degraded", reason: expect.stringContaining(words) });
}

const now = () => Math.floor(Date.now() / 1000);

describe("a start whose issuer's keys cannot be fetched fails", () => {
  for (const [what, answer, words] of troubles) {
    test(`when the issuer ${what}`, async () => {
      keys.issuer.answer(answer);
      await onlyStrictFails(await keys.issuer.token({}, { header: { kid: undefined } }), words);
    });
  }

  test("when nothing listens there, or its host name is unknown", async () => {
    const places = [
      [`localhost:${(await freePorts(1))[0]}`, "connection refused"],
      ["no-such-host.invalid", "the host name is unknown"],
    ] as const;
    for (const [auth0Domain, words] of places) {
      await onlyStrictFails(await keys.issuer.token({ iss: `https://${auth0Domain}/` }), words, { auth0Domain });
    }
  });

  test("when its certificate is from an unknown CA, with remedies that say how to trust it", async () => {
    await using other = await testAuthority("Another CA");
    const error = await keys.failure(await keys.issuer.token(), { strict: true }, { ca: other.ca });
    expect(error.message).toContain("its certificate is not accepted");
    expect(error.remedies.join()).toContain("NODE_EXTRA_CA_CERTS");
  });

  test("at its time limit when the issuer hangs before or in its answer", async () => {
    const mute = createServer(() => undefined).listen(0, "127.0.0.1");
    await once(mute, "listening");
    const auth0Domain = `localhost:${(mute.address() as AddressInfo).port}`;
    keys.issuer.answer(() => new Response(new ReadableStream({ start: (body) => body.enqueue(new Uint8Array([32])) })));
    const limits = { fetchMs: 200, verifyMs: 600_000 };
    const errors = await Promise.all([
      keys.failure(await keys.issuer.token(), { strict: true }, { limits }),
      keys.failure(
        await keys.issuer.token({ iss: `https://${auth0Domain}/` }),
        { auth0Domain, strict: true },
        { limits },
      ),
    ]);
    for (const { message } of errors) expect(message).toContain("no answer within 0.2 s");
    mute.close();
  });

  test("at the time limit for both when the issuer hangs at the second fetch", async () => {
    const old = keys.issuer.keys;
    await keys.issuer.rotate();
    keys.issuer.answer(() => new Promise<Response>(() => undefined));
    keys.issuer.answerOnce(() => Response.json({ keys: old }));
    const limits = { fetchMs: 600_000, verifyMs: 500 };
    const { message } = await keys.failure(await keys.issuer.token(), { strict: true }, { limits });
    expect(message).toContain("no answer within 0.5 s");
  });

  test("still checks the claims in the lenient mode", async () => {
    keys.issuer.answer(() => new Response("", { status: 500 }));
    expect((await keys.failure(await keys.issuer.token({ exp: now() - 90 }))).code).toBe("expired");
    expect((await keys.failure(await keys.issuer.token({ aud: "a" }))).code).toBe("audience");
  });
});

test("an issuer of a private CA is trusted by NODE_EXTRA_CA_CERTS, and only by it", async () => {
  const config = { source: { key: await keys.issuer.token() }, strict: true, auth0Domain: keys.issuer.domain };
  const run = async (env: Record<string, string>) =>
    await Bun.$`${process.execPath} ${OPENER} ${JSON.stringify(config)}`.env({ ...process.env, ...env }).text();
  expect(await run({ NODE_EXTRA_CA_CERTS: keys.authority.caFile })).toStartWith("✅ API key verified: issuer https://");
  expect(await run({})).toContain("its certificate is not accepted");
});
