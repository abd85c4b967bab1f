/** Secrets and texts for property tests of masking. */
import fc from "fast-check";
import { canonicalBytes } from "../../src/shared/secret-mask/canonical-view.ts";

const LETTERS = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"];
const of = (characters: string | readonly string[], minLength: number, maxLength: number) =>
  fc.array(fc.constantFrom(...characters), { minLength, maxLength }).map((parts) => parts.join(""));

const token = of([...LETTERS, "-", "_"], 16, 80);
const password = of([...LETTERS, ..."!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"], 10, 40);
const sentence = fc.array(of(LETTERS, 3, 9), { minLength: 4, maxLength: 8 }).map((words) => words.join(" "));
const worldwide = of([...LETTERS, ..."äöüßéñçøłŁžЖя日本語😀🔑€", " ", '"', "'", "\\"], 12, 40);
const pem = fc
  .array(of([...LETTERS, "+", "/"], 64, 64), { minLength: 2, maxLength: 6 })
  .map((lines) => ["-----BEGIN KEY-----", ...lines, "-----END KEY-----"].join("\n"));
const json = fc
  .record({ client: token, secret: password, note: sentence })
  .map((account) => JSON.stringify(account, null, 2));
const odd = of(
  ["a", "b", "ab", "%", "%41", "\\", "\\n", "\\u0041", "&amp;", "0x", '"', "'", "+", " ", "\n", "é"],
  8,
  30,
);

/** Long enough to be found in every encoding, also without what looks like an escape. White space around is no part. */
const isLong = (secret: string) => secret.trim() === secret && canonicalBytes(secret).length >= 12;

export const longSecret: fc.Arbitrary<string> = fc
  .oneof(token, password, sentence, worldwide, pem, json, odd)
  .filter(isLong);

/** A secret that is found as it is only. */
export const shortSecret: fc.Arbitrary<string> = of([...LETTERS, ..."!$%&/()=?*#'\"\\ 日é"], 4, 8).filter(
  (secret) => secret.trim().length >= 4,
);

/** Some secrets; one may be the beginning, the end or the middle of another. */
export const someSecrets: fc.Arbitrary<readonly string[]> = fc
  .tuple(fc.array(longSecret, { minLength: 1, maxLength: 4 }), longSecret, fc.nat(3))
  .map(([others, secret, kind]) => {
    const related = [`${secret}${others[0]}`, `${others[0]}${secret}`, `x${secret}y`, secret][kind] ?? secret;
    return [...new Set([...others, secret, related])];
  });

/** Text around a secret: no letter or digit at its ends could belong to what is encoded. */
export const surroundings: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom("", "key: ", '{"a":"', "\n\n", "https://example.org/?a=b&key=", "export KEY='", "<b>", "\u001b[31m"),
  fc.lorem().map((text) => `${text} `),
  fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => `${text}\n`),
);

/** How tools write a secret. */
export const ENCODINGS: Readonly<Record<string, (secret: string) => string>> = {
  raw: (secret) => secret,
  JSON: (secret) => JSON.stringify(secret),
  "JSON in JSON": (secret) => JSON.stringify({ body: JSON.stringify({ key: secret }) }),
  "JSON in JSON in JSON": (secret) => JSON.stringify([JSON.stringify({ body: JSON.stringify({ [secret]: 1 }) })]),
  "ASCII JSON": (secret) =>
    JSON.stringify(secret).replace(
      /[\u0080-\uffff]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  URL: (secret) => encodeURIComponent(secret),
  "URL in URL": (secret) => encodeURIComponent(encodeURIComponent(secret)),
  form: (secret) => new URLSearchParams({ key: secret }).toString(),
  shell: (secret) => `'${secret.replaceAll("'", "'\\''")}'`,
  HTML: (secret) => Bun.escapeHTML(secret),
  ...base64("base64"),
  ...base64("base64url"),
  "Basic authorization": (secret) => `Basic ${Buffer.from(`user:${secret}`).toString("base64")}`,
  hex: (secret) => Buffer.from(secret).toString("hex"),
  HEX: (secret) => Buffer.from(secret).toString("hex").toUpperCase(),
  "base64 in lines": (secret) =>
    Buffer.from(secret)
      .toString("base64")
      .replace(/.{1,19}/g, "$&\n"),
  "base64 in JSON": (secret) => JSON.stringify({ key: Buffer.from(`é${secret}`).toString("base64") }),
};

/** At each of the three offsets, and with something after it. */
function base64(alphabet: "base64" | "base64url"): Record<string, (secret: string) => string> {
  return Object.fromEntries(
    [0, 1, 2].map((offset) => [
      `${alphabet} at offset ${offset}`,
      (secret: string) => Buffer.from(`${"u".repeat(offset)}${secret}:more`).toString(alphabet),
    ]),
  );
}

/** Ordinary text of the kinds that agents read. */
export const ordinaryText: fc.Arbitrary<string> = fc.oneof(
  fc.lorem({ maxCount: 60 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.json(),
  fc.array(fc.uuid(), { maxLength: 20 }).map((ids) => ids.join("\n")),
  fc.uint8Array({ minLength: 32, maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("base64")),
  fc.uint8Array({ minLength: 32, maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString("hex")),
  fc
    .uint8Array({ minLength: 32, maxLength: 300 })
    .map((bytes) => Buffer.from(bytes).toString("hex").replace(/.{2}/g, "$& ").replace(/.{48}/g, "00000010  $&\n")),
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc
    .array(fc.tuple(fc.stringMatching(/^[a-z]\w{0,12}$/), fc.integer()), { maxLength: 15 })
    .map((lines) => lines.map(([name, value]) => `const ${name} = find("${name}", { limit: ${value} });`).join("\n")),
);

/** Parts of a secret that would be of use to whoever finds them. */
const USEFUL = 8;

/** The parts of a secret that can be read in a text, as they are or in one of the encodings. */
export function leaks(secret: string, text: string): string[] {
  const squeezed = text.replace(/\s/g, "");
  const characters = [...secret];
  const found: string[] = [];
  const step = Math.max(1, Math.floor(characters.length / 40));
  for (let index = 0; index + USEFUL <= characters.length; index += step) {
    const part = characters.slice(index, index + USEFUL).join("");
    for (const spelling of spellings(part))
      if (spelling.length >= USEFUL && !/^(.{1,4})\1+$/.test(spelling) && squeezed.includes(spelling))
        found.push(spelling);
  }
  return found;
}

function spellings(part: string): string[] {
  const bytes = Buffer.from(part);
  const base64 = [0, 1, 2].map((before) => {
    const letters = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return letters.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const hex = bytes.toString("hex");
  return [
    part,
    JSON.stringify(part).slice(1, -1),
    encodeURIComponent(part.toWellFormed()),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((letters) => letters.replaceAll("+", "-").replaceAll("/", "_")),
  ].map((spelling) => spelling.replace(/\s/g, ""));
}
