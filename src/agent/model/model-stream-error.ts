/**
 * The stream of an answer ended early: it broke off or had something else in it (`broken`), or the provider reported an error
 * in it (`error`).
 */
export class ModelStreamError extends Error {
  override readonly name = "ModelStreamError";
  readonly kind: "broken" | "error";

  constructor(kind: "broken" | "error", message: string) {
    super(message);
    this.kind = kind;
  }
}
