import { isRecord } from "../../shared/is-record.ts";
import { parseJson } from "../../shared/parse-json.ts";

/** The object that a body is; `undefined` if it is something else. */
export function jsonObject(body: string): Readonly<Record<string, unknown>> | undefined {
  const value = parseJson(body);
  return isRecord(value) ? value : undefined;
}
