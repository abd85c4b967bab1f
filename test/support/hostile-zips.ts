/** Zips that must not be unpacked. */
import { strToU8, type Zippable, zipSync } from "fflate";

export type SkillZip = () => Uint8Array | Promise<Uint8Array>;

const ENTRY = 0x02014b50;
const LOCAL_ENTRY = 0x04034b50;
const text = strToU8("hello");

function withMd(files: Zippable): Uint8Array {
  return zipSync({ "SKILL.md": strToU8("# Skill"), ...files }, { level: 6 });
}

/** Gives the entry `from` another name of the same length. */
function renamed(bytes: Uint8Array, from: string, to: string | Uint8Array): Uint8Array {
  const name = Buffer.from(from);
  const copy = Buffer.from(bytes);
  for (const [signature, offset] of [
    [ENTRY, 46],
    [LOCAL_ENTRY, 30],
  ] as const)
    for (let at = 0; at + offset + name.length <= copy.length; at++)
      if (copy.readUInt32LE(at) === signature && copy.subarray(at + offset, at + offset + name.length).equals(name))
        copy.set(typeof to === "string" ? Buffer.from(to) : to, at + offset);
  return copy;
}

/** Changes the numbers in the directory of a zip for its last entry. */
function patched(bytes: Uint8Array, change: (header: DataView) => void): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const view = new DataView(copy.buffer);
  let last = -1;
  for (let at = 0; at + 46 < copy.length; at++) if (view.getUint32(at, true) === ENTRY) last = at;
  change(new DataView(copy.buffer, last));
  return copy;
}

const mode = (value: number) => ({ os: 3, attrs: (value << 16) >>> 0 });

/** What is wrong with it, the zip, and what the reason for its refusal contains. */
export const HOSTILE_ZIPS: readonly (readonly [string, SkillZip, string])[] = [
  ["that climbs out", () => withMd({ "../../evil": text }), "leads out of the archive"],
  ["with an absolute name", () => withMd({ "/tmp/evil": text }), "absolute name"],
  ["with a drive in a name", () => withMd({ "C:/evil": text }), "absolute name"],
  ["with backslashes", () => withMd({ "..\\evil": text }), "backslash"],
  ["with a symbolic link", () => withMd({ link: [strToU8("/etc/passwd"), mode(0o120777)] }), "is a symbolic link"],
  ["with a device", () => withMd({ device: [text, mode(0o020666)] }), "neither a file nor a directory"],
  ["with one name twice", () => renamed(withMd({ a: text, b: text }), "b", "a"), "is in the archive twice"],
  ["with names that differ in case", () => withMd({ "x/a": text, "X/A": text }), "differs only in case"],
  ["with a second SKILL.md in other case", () => withMd({ "skill.MD": text }), "differs only in case"],
  ["with names that differ in accents", () => withMd({ "caf\u00e9": text, "cafe\u0301": text }), "case or accents"],
  ["with a file and a directory of one name", () => withMd({ x: text, "x/y": text }), "needs a directory"],
  ["whose name is not UTF-8", () => renamed(withMd({ abc: text }), "abc", new Uint8Array([97, 255, 98])), "not UTF-8"],
  ["with a control character in a name", () => withMd({ "a\nb": text }), "control characters"],
  ["that is very deep", () => withMd({ [`${"d/".repeat(70)}end`]: text }), "more than 64 directories"],
  [
    "that is a bomb by ratio",
    () => withMd({ zeros: [new Uint8Array(20_000_000), { level: 9 }] }),
    "100 times its size",
  ],
  [
    "that is a bomb by size",
    () => patched(withMd({ zeros: text }), (header) => header.setUint32(24, 0xfffffffe, true)),
    "unpacks to more than 500 MiB",
  ],
  [
    "that is a bomb by number",
    () => withMd(Object.fromEntries(Array.from({ length: 10_001 }, (_, index) => [`f${index}`, new Uint8Array()]))),
    "more than 10000 files",
  ],
  [
    "that is a bomb of directories",
    () => withMd(Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`${n}/${"d/".repeat(50)}f`, text]))),
    "more than 10000 directories",
  ],
  [
    "that lies about a size",
    () => patched(withMd({ zeros: new Uint8Array(100_000) }), (header) => header.setUint32(24, 10, true)),
    "too many bytes",
  ],
  ["with a wrong checksum", () => patched(withMd({ x: text }), (header) => header.setUint32(16, 1, true)), "checksum"],
  ["that is encrypted", () => patched(withMd({ x: text }), (header) => header.setUint16(8, 1, true)), "is encrypted"],
  ["that is no zip", () => strToU8("PK but not really a zip, though it is long enough"), ""],
  ["without SKILL.md", () => zipSync({ "skill/SKILL.md": text }), "no SKILL.md at its top"],
  [
    "with a SKILL.md that is too large",
    () => zipSync({ "SKILL.md": [new Uint8Array(1024 * 1024 + 1), { level: 0 }] }),
    "has 1.1 MiB",
  ],
];

/** Zips that are refused by a name, a type, a size, and only when their content is unpacked. */
export const SOME_HOSTILE_ZIPS = HOSTILE_ZIPS.filter(([what]) =>
  ["that climbs out", "with a symbolic link", "that is a bomb by ratio", "that lies about a size"].includes(what),
);
