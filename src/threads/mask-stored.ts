import type { SecretMask } from "../shared/secret-mask.ts";
import type { Blob } from "./checkpoint-storage.ts";

/** Fields with content from outside (arguments and artifacts of tools), in which keys may be secrets too. */
const EXTERNAL_FIELDS = new Set(["args", "input", "artifact"]);
/** Fields whose values the library needs to deserialize messages. */
const STRUCTURAL = new Set(["type", "role", "status"]);
const WORD = /^[a-z_]{1,32}$/;

/** Masks the secrets in a serialized value, except in what the library needs to deserialize it. */
export function maskStored(blob: Blob, mask: SecretMask): Blob {
  if (blob.type !== "json") return maskBytes(blob, mask);
  const value: unknown = JSON.parse(new TextDecoder().decode(blob.data));
  const masked = maskValue(value, mask, false);
  return masked === value ? blob : { type: blob.type, data: new TextEncoder().encode(JSON.stringify(masked)) };
}

function maskBytes(blob: Blob, mask: SecretMask): Blob {
  const text = new TextDecoder().decode(blob.data);
  const masked = mask.mask(text);
  return masked === text ? blob : { type: blob.type, data: new TextEncoder().encode(masked) };
}

/**
 * @param isExternal whether the value is content from outside, whose keys are masked too
 * @returns the value itself if unchanged
 */
function maskValue(value: unknown, mask: SecretMask, isExternal: boolean): unknown {
  if (typeof value === "string") return mask.mask(value);
  // Elsewhere numbers are the library's own, such as counts of tokens.
  if (typeof value === "number" && isExternal) return mask.maskNumber(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => maskValue(item, mask, isExternal));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  const isSerializedObject = !isExternal && "lc" in value && "type" in value && value.type === "constructor";
  let isChanged = false;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    if (isSerializedObject && key !== "args" && key !== "kwargs") return [key, item];
    if (!isExternal && STRUCTURAL.has(key) && typeof item === "string" && WORD.test(item)) return [key, item];
    const name = isExternal ? mask.mask(key) : key;
    const masked = maskValue(item, mask, isExternal || (!isSerializedObject && EXTERNAL_FIELDS.has(key)));
    isChanged ||= name !== key || masked !== item;
    return [name, masked];
  });
  return isChanged ? Object.fromEntries(entries) : value;
}
