import * as v from "valibot";
import { type Parser, parser, text } from "./parsers.ts";

/** An amount of memory: so many bytes, or a share of what the machine has; nothing where there is no limit. */
export type MemorySize = { readonly bytes: number } | { readonly share: number };

const SIZE = /^(\d{1,12})(MiB|GiB|%)$/i;
const UNITS: Readonly<Record<string, number>> = { mib: 1024 * 1024, gib: 1024 * 1024 * 1024 };
/** With less not even a shell can work. */
const MIN_BYTES = 16 * 1024 * 1024;

function parse(value: string): MemorySize | undefined {
  const [, digits = "", unit = ""] = SIZE.exec(value) ?? [];
  const amount = Number(digits);
  return unit === "%" ? { share: amount / 100 } : { bytes: amount * (UNITS[unit.toLowerCase()] ?? 0) };
}

function isAllowed(value: string): boolean {
  if (value === "0") return true;
  if (!SIZE.test(value)) return false;
  const size = parse(value);
  if (size === undefined) return false;
  return "share" in size ? size.share > 0 && size.share <= 1 : size.bytes >= MIN_BYTES;
}

/** An amount of memory, or 0 for no limit. */
export const memorySize: Parser<MemorySize | undefined> = parser(
  "an amount such as 512MiB or 4GiB (16MiB at least), a share of the machine such as 75%, or 0 for no limit",
  v.pipe(
    text,
    v.check(isAllowed, "is no amount of memory"),
    v.transform((value) => (value === "0" ? undefined : parse(value))),
  ),
);
