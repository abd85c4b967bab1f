import { describe, expect, test } from "bun:test";
import { SecretMask } from "../secret-mask.ts";

/** Secrets of each kind that are tried: the same in every run, unless MASK_TEST_SEED says another number. */
const ROUNDS = Number(process.env["MASK_TEST_ROUNDS"] ?? 2);
const SEED = Number(process.env["MASK_TEST_SEED"] ?? 1);
/** Number of characters of a secret that would be useful to an attacker. */
const USEFUL = 8;
/** Parts of a secret that are looked for. */
const MAX_PARTS = 150;
/** Separates what the tools print. */
const MARK = "=====";

/** What plain tools make of the variable SECRET and of a file with it. Those that are not installed print nothing. */
const COMMANDS: readonly string[] = [
  'printf %s "$SECRET"',
  "env | grep -a -A50 ^SECRET=",
  'export SECRET; declare -p SECRET; export -p | grep -a -A50 SECRET; set | grep -a -A50 "^SECRET="',
  'printf %q "$SECRET"',
  `echo \${SECRET@Q} \${SECRET@A}`,
  "base64 <file",
  "base64 -w 0 <file",
  "base64 -w 64 <file",
  "base64 -w 11 <file",
  'echo "user:$SECRET" | base64',
  'printf %s "xx$SECRET" | base64 -w 20',
  "env | base64",
  "basenc --base64url <file",
  "base32 <file",
  "openssl base64 <file",
  "base64 <file | jq -Rs .",
  "base64 <file | jq -Rs . | jq -Rs .",
  "fold -w 1 <file",
  "fold -w 5 <file",
  "fold -w 20 <file",
  "fold -w 7 <file | jq -Rs .",
  ..."-p,-g1,-g4,-c 7,-e,-b,-u,-i".split(",").map((flags) => `xxd ${flags} <file`),
  "xxd <file",
  ...",-C,-c,-b,-x,-v".split(",").map((flags) => `hexdump ${flags} <file`),
  ...",-c,-An -c,-a,-b,-An -b,-x,-t x1,-t x1z,-An -tx1,-A x -t x1z,-t x4,-t x8,-t u1,-t d1,-t x1c"
    .split(",")
    .map((flags) => `od ${flags} <file`),
  "hexdump -C <file | jq -Rs .",
  'printf "%s" "$SECRET" | od -An -v -tx1 | tr -d " \\n"',
  'printf "%s" "$SECRET" | xxd -p | sed "s/../&:/g"',
  "jq -Rsr @uri <file",
  "jq -Rsr @html <file",
  "jq -Rsr @json <file",
  "jq -Rsr @base64 <file",
  "jq -Rsr @sh <file",
  "jq -Rs '{secret: .}' <file",
  "jq -aRs '{secret: .}' <file",
  "sed -n l <file",
  "grep -a --color=always ... <file",
  'node -e "console.log([process.env.SECRET], JSON.stringify(process.env), escape(process.env.SECRET))"',
  "perl -MMIME::Base64 -MData::Dumper -e 'print encode_base64($ENV{SECRET}), Dumper($ENV{SECRET}), unpack(\"H*\", $ENV{SECRET})'",
];

/** The same for Python, whose start takes long: one after the other in one process. */
const EXPRESSIONS: readonly string[] = [
  "urllib.parse.quote_plus(s)",
  "re.sub('%..', lambda m: m[0].lower(), urllib.parse.quote(s, safe=''))",
  "urllib.parse.quote(urllib.parse.quote(s))",
  "urllib.parse.urlencode({'token': s})",
  "html.escape(s)",
  "html.escape(html.escape(s))",
  "''.join('&#%d;' % ord(c) for c in s)",
  "''.join('&#x%x;' % ord(c) for c in s)",
  "s.encode('ascii', 'xmlcharrefreplace').decode()",
  "json.dumps(s)",
  "json.dumps(json.dumps({'a': json.dumps(s)}))",
  "''.join('\\\\u%04x' % ord(c) if ord(c) < 65536 else c for c in s)",
  "''.join('\\\\x%02X' % b for b in s.encode())",
  "''.join('%%%02X' % b for b in s.encode())",
  "repr(s)",
  "repr(s.encode())",
  "ascii(s)",
  "s.encode('unicode_escape').decode()",
  "shlex.quote(s)",
  "s.encode().hex()",
  "s.encode().hex(' ').upper()",
  "s.encode().hex(':', 4)",
  "base64.urlsafe_b64encode(('x' + s).encode()).decode()",
  "'Basic ' + base64.b64encode(('user:' + s).encode()).decode()",
  "pprint.pformat({'key': s}, width=20)",
  '"key: \'" + s.replace("\'", "\'\'") + "\'"',
];

const PYTHON = `
import ast, base64, html, json, os, pprint, re, shlex, urllib.parse
s = os.environ["SECRET"]
${EXPRESSIONS.map((expression) => `print(${expression})\nprint(${JSON.stringify(MARK)})`).join("\n")}
`;

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const KINDS: Readonly<Record<string, () => string>> = {
  "a token": () => random(`${LETTERS}-_`, 24 + pick(60)),
  "a long token": () => `eyJ${random(`${LETTERS}-_.`, 1_500)}`,
  "a password with signs": () => random(`${LETTERS}!"#$%&'()*+,-./:;<=>?@[\\]^_\`{|}~`, 14 + pick(20)),
  "a password of twelve characters": () => random(`${LETTERS}!$%&/()=?+#`, 12),
  "a sentence": () => Array.from({ length: 6 }, () => random(LETTERS, 3 + pick(8))).join(" "),
  "a password of all the world": () => random("aäöüßéñçøłŁžЖя日本語😀😎🔑€+&% '\"\\", 20),
  "a private key": () =>
    ["-----BEGIN KEY-----", ...Array.from({ length: 6 }, () => random(`${LETTERS}+/`, 64)), "-----END KEY-----"].join(
      "\n",
    ),
};

let state = SEED;
/** @returns an integer from 0 to below `count`; by the generator that is known as mulberry32 */
function pick(count: number): number {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * count);
}

function random(alphabet: string, length: number): string {
  const characters = [...alphabet];
  const made = Array.from({ length: length - 2 }, () => characters[pick(characters.length)] ?? "");
  // Space around a secret is no part of it.
  return `x${made.join("")}y`;
}

/** How a part of a secret looks in what tools print, without white space. */
function spellings(part: string): string[] {
  const bytes = Buffer.from(part);
  const base64 = [0, 1, 2].map((before) => {
    const letters = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    return letters.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  const each = (spell: (character: string) => string) => [...part].map(spell).join("");
  return [
    part,
    JSON.stringify(part).slice(1, -1),
    encodeURIComponent(part.toWellFormed()),
    encodeURIComponent(part.toWellFormed()).replaceAll("%20", "+"),
    each((character) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[character] ?? character),
    each((character) => `&#${character.codePointAt(0)};`),
    bytes.toString("hex"),
    [...bytes].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join(""),
    [...bytes].map((byte) => byte.toString(8).padStart(3, "0")).join(""),
    [...bytes].map((byte) => byte.toString(2).padStart(8, "0")).join(""),
    ...base64,
    ...base64.map((letters) => letters.replaceAll("+", "-").replaceAll("/", "_")),
  ].map((spelling) => spelling.replace(/\s/g, ""));
}

/** The parts of a secret that can be read in a text. */
function leaks(secret: string, text: string): string[] {
  const squeezed = text.replace(/\s/g, "");
  const lower = squeezed.toLowerCase();
  const found = new Set<string>();
  const characters = [...secret];
  const step = Math.ceil(characters.length / MAX_PARTS);
  for (let index = 0; index + USEFUL <= characters.length; index += step) {
    const part = characters.slice(index, index + USEFUL).join("");
    for (const spelling of spellings(part)) {
      if (spelling.length < USEFUL || /^(.)\1*$/.test(spelling)) continue;
      if (squeezed.includes(spelling) || (/^[0-9a-f]+$/.test(spelling) && lower.includes(spelling)))
        found.add(spelling);
    }
  }
  return [...found];
}

async function outputs(secret: string): Promise<Map<string, string>> {
  const script = COMMANDS.map((command) => `{ ${command}; } 2>/dev/null; printf '\\n${MARK}\\n'`).join("\n");
  const shell = `cd "$(mktemp -d)" && printf '%s\\n' "$SECRET" >file\n${script}\npython3 -c "$PYTHON"\nrm -r "$PWD"`;
  const env = { PATH: process.env["PATH"] ?? "", HOME: "/nowhere", LC_ALL: "C.UTF-8", SECRET: secret, PYTHON };
  const child = Bun.spawn(["bash", "-c", shell], { env, stdout: "pipe", stderr: "inherit" });
  const texts = (await new Response(child.stdout).text()).split(`\n${MARK}\n`);
  return new Map([...COMMANDS, ...EXPRESSIONS].map((command, index) => [command, texts[index] ?? ""]));
}

describe("what tools print of", () => {
  for (const [kind, make] of Object.entries(KINDS)) {
    test(
      `${kind} holds nothing useful of it once it is masked`,
      async () => {
        for (let round = 0; round < ROUNDS; round++) {
          const secret = make();
          const mask = new SecretMask();
          mask.add([secret]);
          for (const [command, text] of await outputs(secret)) {
            // A tool that cuts characters in two destroys them, and what is between them is no secret any more.
            if (text.includes("\ufffd") || (command === "od -a <file" && /[^ -~]/.test(secret))) continue;
            expect({ secret, command, leaks: leaks(secret, mask.mask(text)) }).toEqual({ secret, command, leaks: [] });
            const grown = mask.maskGrowing(text.slice(0, pick(text.length)));
            expect({ secret, command, leaks: leaks(secret, grown) }).toEqual({ secret, command, leaks: [] });
            const isFound = text.length < 60 || mask.mask(text) !== text;
            expect({ secret, command, isFound }).toEqual({ secret, command, isFound: true });
          }
        }
      },
      60_000 * ROUNDS,
    );
  }
});
