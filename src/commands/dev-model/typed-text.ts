/** How a line that a user types ends. */
export type Typed =
  | { readonly kind: "line"; readonly text: string }
  /** Ctrl-C. */
  | { readonly kind: "interrupted" }
  /** Ctrl-D, or the terminal is gone. */
  | { readonly kind: "ended" };

/** More than any answer has: what is longer is cut, and is then no valid answer. */
export const MAX_TYPED = 1_000;

/** Key presses and pasted text that are sequences: arrows, and the marks of bracketed paste among them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals send them
const SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|O.|.|$)/gs;
const [CTRL_C, CTRL_D, BACKSPACE, CTRL_U, CTRL_W, DELETE] = ["\x03", "\x04", "\b", "\x15", "\x17", "\x7f"];

/**
 * Collects what a terminal in raw mode sends, until the line ends. Text that is pasted may begin with line breaks, which
 * do not end the line, and may contain control characters, which are left out. What follows the line is dropped: it was
 * not typed as an answer to the next question.
 */
export class TypedText {
  #text = "";

  get text(): string {
    return this.#text;
  }

  /** @returns how the line ended, if it has ended */
  feed(chunk: string): Typed | undefined {
    const plain = chunk.replace(SEQUENCES, "");
    // A single line break is the Enter key. Before pasted text it is a part of what was copied.
    const typed = /^[\r\n]+[^\r\n]/.test(plain) ? plain.replace(/^[\r\n]+/, "") : plain;
    for (const character of typed) {
      const end = this.#take(character);
      if (end !== undefined) return end;
    }
    return undefined;
  }

  #take(character: string): Typed | undefined {
    switch (character) {
      case "\r":
      case "\n":
        return { kind: "line", text: this.#text.trim() };
      case CTRL_C:
        return { kind: "interrupted" };
      case CTRL_D:
        return this.#text === "" ? { kind: "ended" } : undefined;
      case BACKSPACE:
      case DELETE:
        this.#text = this.#text.slice(0, -1);
        return undefined;
      case CTRL_U:
      case CTRL_W:
        this.#text = "";
        return undefined;
      default:
        if (this.#text.length < MAX_TYPED && !/\p{C}/u.test(character)) this.#text += character;
        return undefined;
    }
  }
}
