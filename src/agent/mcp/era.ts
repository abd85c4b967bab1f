import { ProtocolError, SdkHttpError } from "@modelcontextprotocol/client";

/**
 * Codes by which a server of the protocol of 2026 refuses `initialize`: the method, or the version.
 * The handshake is tried first, since some older servers end when they receive anything else before it.
 */
const MODERN_CODES: ReadonlySet<number> = new Set([-32_601, -32_022]);

/** Whether a server refused `initialize` in a way that only a newer one does. */
export function isModernAnswer(error: unknown): boolean {
  if (error instanceof ProtocolError) return MODERN_CODES.has(error.code);
  if (!(error instanceof SdkHttpError)) return false;
  const text = error.data["text"];
  if (typeof text !== "string") return false;
  try {
    const answer = JSON.parse(text) as { readonly error?: { readonly code?: unknown } };
    const code = answer.error?.code;
    return typeof code === "number" && MODERN_CODES.has(code);
  } catch {
    return false;
  }
}
