/** What can change a terminal, or ends a line for some programs, although JSON allows it in a text. */
const UNSAFE = /[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu;

/** JSON with the same value, in which such characters are escaped. */
export function safeJson(json: string): string {
  return json.replace(UNSAFE, escaped);
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`)
    .join("");
}
