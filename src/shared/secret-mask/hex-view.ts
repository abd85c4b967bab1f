import { type View, ViewBuilder } from "./view.ts";

/** Value in a {@link hexView} for characters that are neither digits nor separators. */
const BREAK = 0x10;

const DIGIT = 1;
const BETWEEN = 2;
/** Classes of ASCII characters: half bytes, separators, others. */
const KINDS = new Uint8Array(128);
for (const digit of "0123456789abcdefABCDEF") KINDS[digit.charCodeAt(0)] = DIGIT;
for (const separator of " \t\r\n\f\v:,-'\"") KINDS[separator.charCodeAt(0)] = BETWEEN;

const ZERO = 0x30;
const BACKSLASH = 0x5c;
/** Letters after a backslash that are white space in JSON. */
const ESCAPED_WHITE = new Set(["n", "r", "t"]);

/**
 * The hexadecimal digits of a text without separators: white space and line ends (`xxd -p`, `od -An`), colons, hyphens,
 * commas, `0x`.
 */
export function hexView(text: string): View {
  const made = new ViewBuilder(text.length);
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const kind = code < 128 ? KINDS[code] : 0;
    if (kind === DIGIT) made.push((code & 0xf) + (code > 0x39 ? 9 : 0), index, index + 1);
    else if (kind === BETWEEN) continue;
    else if ((code | 0x20) === 0x78 && text.charCodeAt(index - 1) === ZERO && made.last() === 0) made.pop();
    else if (code === BACKSLASH && ESCAPED_WHITE.has(text.charAt(index + 1))) index++;
    else if (made.last() !== BREAK) made.push(BREAK, index, index + 1);
  }
  return made.view();
}

/** The half bytes of bytes. */
export function halfBytes(bytes: Uint8Array): Uint8Array {
  const made = new Uint8Array(bytes.length * 2);
  for (const [index, byte] of bytes.entries()) {
    made[2 * index] = byte >> 4;
    made[2 * index + 1] = byte & 0xf;
  }
  return made;
}
