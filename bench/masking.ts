/** Measures the cost of masking 1 MiB texts, including hostile ones, with few and many secrets. `bun run bench:masking` */
import { SecretMask } from "../src/shared/secret-mask.ts";

const LENGTH = 1024 * 1024;
const ROUNDS = 3;
const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./+";

function random(length: number): string {
  return Array.from({ length }, () => LETTERS.charAt(Math.floor(Math.random() * LETTERS.length))).join("");
}

const secrets: Readonly<Record<string, readonly string[]>> = {
  "1 secret of 40": [random(40)],
  "10 of 40": Array.from({ length: 10 }, () => random(40)),
  "100 of 200": Array.from({ length: 100 }, () => random(200)),
  "50 of 3,000": Array.from({ length: 50 }, () => random(3_000)),
  "one that repeats itself": [`${"a".repeat(3_000)}b${"a".repeat(1_000)}`],
};

const repeated = (unit: string) => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH);
const row = (index: number) =>
  `${(index * 16).toString(16).padStart(8, "0")}: 7365 6372 6574 2d6f 662d 2231 32c3 a92f  secret-of-"12../\n`;
const texts: Readonly<Record<string, string>> = {
  prose: repeated("The quick brown fox jumps over the lazy dog 0123456789, and more text\n"),
  JSON: repeated(JSON.stringify({ id: 4711, name: 'some "quoted" name', hash: "deadbeef0123456789" }, null, 2)),
  code: repeated("        const value = await thing.find(other, { a: 1, b: 2 });\n"),
  dump: Array.from({ length: LENGTH / 67 }, (_, index) => row(index)).join(""),
  "one line": random(LENGTH),
  backslashes: repeated("\\"),
  "%25": repeated("%25"),
  "&amp;": repeated("&amp;"),
  aaaa: repeated("a"),
  "line ends in JSON": repeated("\\n"),
  numbers: repeated("  1  2  3  4\n"),
  umlauts: repeated("äöü漢字"),
};

/** CPU time in ms, which other programs do not affect. */
function cost(work: () => void): number {
  const begin = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) work();
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1_000 / ROUNDS;
}

for (const [name, values] of Object.entries(secrets)) {
  const mask = new SecretMask();
  mask.add(values);
  const build = cost(() => {
    const other = new SecretMask();
    other.add(values);
    other.mask("x");
  });
  console.log(`${name}: ${build.toFixed(1)} ms to prepare; a text of 1 MiB, and one that grows, in ms:`);
  for (const [kind, text] of Object.entries(texts)) {
    const whole = cost(() => mask.mask(text));
    const growing = cost(() => mask.maskGrowing(text));
    console.log(`  ${kind.padEnd(18)} ${whole.toFixed(0).padStart(5)} ${growing.toFixed(0).padStart(5)}`);
  }
  const line = "Execution aex-01m88192e0w1gffgw7fnm23h06 completed after 3.2 s";
  const lines = cost(() => {
    for (let index = 0; index < 1_000; index++) mask.mask(line);
  });
  console.log(`  ${"a line of the log".padEnd(18)} ${(lines / 1_000).toFixed(3).padStart(5)}`);
}
