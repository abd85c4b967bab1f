/** An issuer of tokens over real HTTPS, with errors on demand. */
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from "jose";
import type { TestAuthority } from "./certificates.ts";

export const AUDIENCE = "https://api.stigmer.test/";
const ALGORITHMS = ["RS256", "ES256"] as const;
const MONTH_S = 30 * 86_400;

export interface TokenOptions {
  readonly algorithm?: (typeof ALGORITHMS)[number];
  /** Joined to the header, or in place of what it has: `kid: undefined` leaves the key's id out. */
  readonly header?: Readonly<Record<string, unknown>>;
}

type Answer = () => Response | Promise<Response>;
interface KeyPair {
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
  readonly privateJwk: JWK;
}

export interface TokenIssuer {
  /** `host:port`. */
  readonly domain: string;
  /** As tokens name it. */
  readonly url: string;
  readonly keysUrl: string;
  /** How often the keys were asked for. */
  readonly fetches: number;
  /** The keys that are published. */
  readonly keys: readonly JWK[];
  /** What must never be published. */
  readonly privateKey: JWK;
  /** A token that is good for a month; claims are joined to the usual ones, `undefined` leaves one out. */
  token(claims?: Readonly<Record<string, unknown>>, options?: TokenOptions): Promise<string>;
  /** Signs with new keys, and publishes only them. */
  rotate(): Promise<void>;
  /** What is answered from now on to those who ask for keys; without it the keys. */
  answer(answer?: Answer): void;
  /** What is answered only the next time. */
  answerOnce(answer: Answer): void;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function tokenIssuer(authority: TestAuthority): Promise<TokenIssuer> {
  const { cert, key } = await authority.issue("issuer");
  let generation = 1;
  let pairs = await newPairs(generation);
  let fetches = 0;
  let usual: Answer | undefined;
  const once: Answer[] = [];
  const published = () => Object.values(pairs).map(({ jwk }) => jwk);
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    tls: { cert, key },
    // A hanging answer must not be ended by the server.
    idleTimeout: 0,
    routes: {
      "/.well-known/jwks.json": () => {
        fetches++;
        const answer = once.shift() ?? usual ?? (() => Response.json({ keys: published() }));
        return answer();
      },
    },
    fetch: () => new Response("not found", { status: 404 }),
  });
  const domain = `localhost:${server.port}`;
  const url = `https://${domain}/`;
  return {
    domain,
    url,
    keysUrl: `${url}.well-known/jwks.json`,
    get fetches() {
      return fetches;
    },
    get keys() {
      return published();
    },
    get privateKey() {
      return pairs.RS256.privateJwk;
    },
    async token(claims = {}, { algorithm = "RS256", header = {} } = {}) {
      const { privateKey, jwk } = pairs[algorithm];
      const now = Math.floor(Date.now() / 1000);
      const usualClaims = { iss: url, sub: "runner@clients", aud: AUDIENCE, iat: now, exp: now + MONTH_S };
      return await new SignJWT(withoutUndefined({ ...usualClaims, ...claims }) as JWTPayload)
        .setProtectedHeader({ alg: algorithm, typ: "JWT", ...withoutUndefined({ kid: jwk.kid, ...header }) })
        .sign(privateKey);
    },
    async rotate() {
      generation++;
      pairs = await newPairs(generation);
    },
    answer(answer) {
      usual = answer;
      once.length = 0;
    },
    answerOnce(answer) {
      once.push(answer);
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

async function newPairs(generation: number): Promise<Record<(typeof ALGORITHMS)[number], KeyPair>> {
  const [RS256, ES256] = await Promise.all([newPair("RS256", generation), newPair("ES256", generation)]);
  return { RS256, ES256 };
}

async function newPair(algorithm: string, generation: number): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const kid = `${algorithm.toLowerCase()}-${generation}`;
  const jwk = { ...(await exportJWK(publicKey)), alg: algorithm, use: "sig", kid };
  return { privateKey, jwk, privateJwk: await exportJWK(privateKey) };
}

function withoutUndefined(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
