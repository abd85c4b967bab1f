import { isRecord } from "../../shared/is-record.ts";

/** The object that a body is; `undefined` if it is something else. */
export function jsonObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
