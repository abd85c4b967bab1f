/**
 * An answer of a model that did not come to its end: the stream broke off or carried something else (`broken`), or the
 * provider reported an error in it (`error`).
 */
export class ModelStreamError extends Error {
  override readonly name = "ModelStreamError";
  readonly kind: "broken" | "error";

  constructor(kind: "broken" | "error", message: string) {
    super(message);
    this.kind = kind;
  }
}
