import { describe, expect, test } from "bun:test";
import { strToU8, type Zippable, zipSync } from "fflate";
import { ArchiveError } from "./archive-error.ts";
import { inspectZip, openZip } from "./open-zip.ts";
import type { ZipLimits } from "./zip-limits.ts";

const LIMITS: ZipLimits = { packedBytes: 1_000_000, unpackedBytes: 1_000_000, ratio: 100, entries: 100 };
const ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;

const zip = (files: Zippable) => zipSync(files, { level: 6 });
const text = strToU8("hello");

/** Changes numbers in the directory of a zip, for all its entries. */
function patched(bytes: Uint8Array, change: (header: DataView) => void): Uint8Array {
  const copy = bytes.slice();
  const view = new DataView(copy.buffer);
  for (let at = 0; at + 46 < copy.length; at++)
    if (view.getUint32(at, true) === ENTRY) change(new DataView(copy.buffer, at));
  return copy;
}

/** A zip with one file whose name has these bytes. */
function zipWithName(name: Uint8Array | string): Uint8Array {
  const raw = typeof name === "string" ? strToU8(name) : name;
  const bytes = zip({ ["n".repeat(raw.length)]: text });
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  for (let at = 0; at + 30 < bytes.length; at++) {
    const signature = view.getUint32(at, true);
    if (signature === ENTRY) bytes.set(raw, at + 46);
    if (signature === LOCAL_ENTRY) bytes.set(raw, at + 30);
  }
  return bytes;
}

async function refusal(opening: Promise<unknown>): Promise<ArchiveError> {
  const error = await opening.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof ArchiveError) return error;
  throw new Error(`expected an ArchiveError, got ${String(error)}`);
}

describe("a zip", () => {
  test("has files and directories, which can be read in any order", async () => {
    const archive = await openZip(
      zip({ "SKILL.md": text, scripts: { "run.sh": strToU8("echo é") }, empty: {} }),
      LIMITS,
    );
    expect(archive.entries).toEqual([
      { name: "SKILL.md", isDirectory: false, size: 5 },
      { name: "scripts", isDirectory: true, size: 0 },
      { name: "scripts/run.sh", isDirectory: false, size: 7 },
      { name: "empty", isDirectory: true, size: 0 },
    ]);
    for (const [index, content] of [
      [2, "echo é"],
      [0, "hello"],
    ] as const) {
      const entry = archive.entries[index] ?? expect.unreachable();
      expect(new TextDecoder().decode(await archive.read(entry))).toBe(content);
    }
  });

  test("may be stored without compression, and may be empty", async () => {
    const archive = await openZip(zipSync({ a: [text, { level: 0 }], b: new Uint8Array() }), LIMITS);
    const contents = await Promise.all(archive.entries.map((entry) => archive.read(entry)));
    expect(contents.map((content) => content.length)).toEqual([5, 0]);
    expect((await openZip(zip({}), LIMITS)).entries).toEqual([]);
  });

  test("may name files in any language, and files relative to `.`", async () => {
    const archive = await openZip(zip({ "./Руководство.md": text, "./": new Uint8Array() }), LIMITS);
    expect(archive.entries.map(({ name }) => name)).toEqual(["Руководство.md"]);
  });

  test.each([
    ["no bytes", new Uint8Array()],
    ["a text", strToU8("PK but not really a zip, though it is long enough")],
    ["a zip without its end", zip({ a: text }).slice(0, -30)],
  ])("is refused if it is %s", async (_, bytes) => {
    expect(await refusal(openZip(bytes, LIMITS))).toMatchObject({ code: "not-a-zip", entry: undefined });
  });
});

describe("a zip beyond a limit is refused", () => {
  const zeros = new Uint8Array(1_000_000);
  const cases: readonly (readonly [string, Uint8Array, Partial<ZipLimits>, string])[] = [
    ["size", zip({ a: text }), { packedBytes: 20 }, "at most 20 bytes are allowed"],
    ["number of entries", zip({ a: text, b: text }), { entries: 1 }, "more than 1 files"],
    ["unpacked size", zip({ a: text, b: text }), { unpackedBytes: 9 }, "unpacks to more than 9 bytes"],
    ["ratio", zip({ a: zeros }), { ratio: 50 }, "more than 50 times its size"],
  ];
  test.each(cases)("for its %s, before anything is unpacked", async (_, bytes, limit, words) => {
    const error = await refusal(openZip(bytes, { ...LIMITS, ...limit }));
    expect([error.code, error.message]).toEqual(["limit", expect.stringContaining(words)]);
  });

  test("for what its directory declares, however large", async () => {
    const huge = patched(zip({ a: text }), (header) => header.setUint32(24, 0xfffffffe, true));
    expect((await refusal(openZip(huge, LIMITS))).code).toBe("limit");
  });
});

describe("a zip is refused for an entry", () => {
  const long = "x".repeat(256);
  const names: readonly (readonly [string, Uint8Array | string, string])[] = [
    ["that climbs out", "a/../../b", "leads out of the archive's directory"],
    ["that is `..`", "..", "leads out"],
    ["with an absolute name", "/etc/passwd", "absolute name"],
    ["with a drive", "C:/x", "absolute name"],
    ["with a backslash", "..\\x", "backslash"],
    ["with a NUL in its name", "a\0b", "control characters"],
    ["with an empty part", "a//b", "empty part"],
    ["with a part that is too long", long, "more than 255 bytes"],
    ["with a name that is too long", `${"x".repeat(200)}/`.repeat(6), "more than 1 KiB"],
    ["whose name is not UTF-8", new Uint8Array([0x61, 0xff, 0x62]), "not UTF-8"],
  ];
  test.each(names)("%s, by name and reason", async (_, name, words) => {
    const error = await refusal(openZip(zipWithName(name), LIMITS));
    expect([error.code, error.message]).toEqual(["unsafe-entry", expect.stringContaining(words)]);
    expect(error.message).toStartWith(`the entry ${error.entry}`);
  });

  const attributes = (mode: number) => ({ os: 3, attrs: (mode << 16) >>> 0 });
  test.each([
    ["is a symbolic link", 0o120777, "is a symbolic link"],
    ["is a device", 0o020666, "is neither a file nor a directory"],
  ])("that %s", async (_, mode, words) => {
    const error = await refusal(openZip(zip({ link: [strToU8("/etc/passwd"), attributes(mode)] }), LIMITS));
    expect(error.message).toBe(`the entry "link" ${words}`);
  });

  test("that is encrypted, or compressed in an unknown way", async () => {
    const encrypted = patched(zip({ a: text }), (header) => header.setUint16(8, 1, true));
    expect((await refusal(openZip(encrypted, LIMITS))).message).toBe('the entry "a" is encrypted');
    const lzma = patched(zip({ a: text }), (header) => header.setUint16(10, 14, true));
    expect((await refusal(openZip(lzma, LIMITS))).message).toContain("unsupported method (14)");
  });

  const pairs: readonly (readonly [string, Zippable, string])[] = [
    ["differs only in case from another", { "a/README.md": text, "A/readme.md": text }, "differs only in case"],
    [
      "differs only in the form of its accents",
      { "caf\u00e9": text, "cafe\u0301": text },
      "differs only in case or accents",
    ],
    ["is a directory and a file", { x: text, "x/y": text }, "needs a directory"],
  ];
  test.each(pairs)("that %s", async (_, files, words) => {
    expect((await refusal(openZip(zip(files), LIMITS))).message).toContain(words);
  });

  test("that is there twice", async () => {
    const twice = patched(zip({ a: text, b: text }), (header) => header.setUint8(46, "a".charCodeAt(0)));
    expect((await refusal(openZip(twice, LIMITS))).message).toBe('the entry "a" is in the archive twice');
  });
});

describe("reading an entry fails", () => {
  async function read(bytes: Uint8Array) {
    const archive = await openZip(bytes, { ...LIMITS, packedBytes: 10_000_000, ratio: 10_000 });
    return await archive.read(archive.entries[0] ?? expect.unreachable());
  }

  test("as soon as it has more bytes than its directory declares", async () => {
    const bomb = patched(zip({ a: new Uint8Array(50_000_000) }), (header) => header.setUint32(24, 10, true));
    const error = await refusal(read(bomb));
    expect([error.code, error.entry]).toEqual(["damaged-entry", '"a"']);
    expect(error.message).toContain("too many bytes");
  });

  test("if it has fewer bytes than its directory declares", async () => {
    const short = patched(zip({ a: text }), (header) => header.setUint32(24, 10, true));
    expect((await refusal(read(short))).code).toBe("damaged-entry");
  });

  test("if its content is damaged", async () => {
    const wrong = patched(zip({ a: text }), (header) => header.setUint32(16, 1, true));
    expect((await refusal(read(wrong))).message).toBe('the entry "a" is damaged: its checksum is wrong');
    const broken = zip({ a: [strToU8("hello hello hello hello"), { level: 9 }] });
    broken.fill(0xff, 31, 38);
    expect((await refusal(read(broken))).code).toBe("damaged-entry");
  });
});

test("a zip that is only inspected may have names that must not be unpacked", async () => {
  const archive = await inspectZip(zip({ "../x": text, "/y": text }), LIMITS);
  expect(archive.entries.map(({ name }) => name)).toEqual(["../x", "/y"]);
});
