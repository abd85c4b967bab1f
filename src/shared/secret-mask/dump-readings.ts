/** A format in which dumps write bytes. */
export interface Reading {
  /** The bytes of a column, lowest address first; `undefined` if it is not a column. */
  read(column: string): readonly number[] | undefined;
}

/** Longest column of a dump in digits: eight bytes. */
export const MAX_COLUMN_WIDTH = 16;

/** Names that `od` and `hexdump` use for unprintable characters. */
const NAMES = new Set(
  "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn etb can em sub esc fs gs rs us sp del".split(
    " ",
  ),
);
const NOTHING: readonly number[] = [];

function digit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

function hexadecimal(column: string): number[] | undefined {
  if (column.length % 2 !== 0 || column.length > MAX_COLUMN_WIDTH) return undefined;
  const bytes: number[] = [];
  for (let index = 0; index < column.length; index += 2) {
    const [high, low] = [digit(column.charCodeAt(index)), digit(column.charCodeAt(index + 1))];
    if (high < 0 || low < 0) return undefined;
    bytes.push((high << 4) | low);
  }
  return bytes;
}

function octal(column: string): number[] | undefined {
  return /^[0-3][0-7]{2}$/.test(column) ? [Number.parseInt(column, 8)] : undefined;
}

/** Formats of `xxd`, `od` and `hexdump` that write bytes as numbers. */
export const NUMBERS: readonly Reading[] = [
  // xxd, hexdump -C, od -t x1
  { read: hexadecimal },
  // hexdump, od -t x2, x4 and x8, xxd -e: words of a machine whose lowest byte comes first
  { read: (column) => hexadecimal(column)?.reverse() },
  // od -b
  { read: octal },
  // od
  {
    read: (column) => {
      if (column.length !== 6 || !/^[01][0-7]{5}$/.test(column)) return undefined;
      const word = Number.parseInt(column, 8);
      return [word & 0xff, word >> 8];
    },
  },
  // od -t u1 and d1
  {
    read: (column) => {
      const value = column.length <= 4 && /^-?\d{1,3}$/.test(column) ? Number(column) : Number.NaN;
      return value >= -128 && value < 256 ? [value & 0xff] : undefined;
    },
  },
  // xxd -b
  { read: (column) => (column.length === 8 && /^[01]{8}$/.test(column) ? [Number.parseInt(column, 2)] : undefined) },
];

/** `od -c`, `od -a`, `hexdump -c`: characters, without ignorable ones. */
export const CHARACTERS: Reading = {
  read: (column) => {
    if (column.length === 1 && column <= "~") return /["'+\\]/.test(column) ? NOTHING : [column.charCodeAt(0)];
    if (column.length > 3) return undefined;
    if (NAMES.has(column) || /^\\[0abtnvfr\\]$/.test(column)) return NOTHING;
    return octal(column);
  },
};
