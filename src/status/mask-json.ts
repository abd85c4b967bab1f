import type { SecretMask } from "../shared/secret-mask.ts";

/** Masks the secrets in the texts, numbers and keys of a JSON value. */
export function maskJson(value: unknown, mask: SecretMask): unknown {
  if (typeof value === "string") return mask.mask(value);
  if (typeof value === "number") return mask.maskNumber(value);
  if (Array.isArray(value)) return value.map((item) => maskJson(item, mask));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [mask.mask(key), maskJson(item, mask)]));
}
