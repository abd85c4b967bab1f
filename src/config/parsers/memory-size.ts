import * as v from "valibot";
import { matching, type Parser, parser } from "./parser.ts";

/** An amount of memory: bytes, or a share (above 0, up to 1) of what the machine has. */
export type MemorySize = { readonly bytes: number } | { readonly share: number };

const SIZE = /^(\d{1,12})(MiB|GiB|%)$/i;
const UNITS: Readonly<Record<string, number>> = { mib: 1024 * 1024, gib: 1024 * 1024 * 1024 };
/** Not even a shell can work with less. */
const MIN_BYTES = 16 * 1024 * 1024;

/** An amount of memory, or `undefined` for `0`, which means no limit. */
export const memorySize: Parser<MemorySize | undefined> = parser(
  "an amount such as 512MiB or 4GiB (16MiB at least), a share of the machine such as 75%, or 0 for no limit",
  v.pipe(
    matching("is not an amount of memory", isAllowed),
    v.transform((value) => (value === "0" ? undefined : parse(value))),
  ),
);

function isAllowed(value: string): boolean {
  if (value === "0") return true;
  if (!SIZE.test(value)) return false;
  const size = parse(value);
  return "share" in size ? size.share > 0 && size.share <= 1 : size.bytes >= MIN_BYTES;
}

function parse(value: string): MemorySize {
  const [, digits = "", unit = ""] = SIZE.exec(value) ?? [];
  const amount = Number(digits);
  return unit === "%" ? { share: amount / 100 } : { bytes: amount * (UNITS[unit.toLowerCase()] ?? 0) };
}
