import type { EnvMap } from "../config/index.ts";

/**
 * Whether requests to the URL go through a proxy, unless NO_PROXY names its host. Bun's fetch reads these variables itself:
 * https://bun.sh/docs/guides/http/proxy
 */
export function hasProxy({ protocol }: URL, environment: EnvMap): boolean {
  const name = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  return [name, name.toLowerCase()].some((key) => (environment[key] ?? "") !== "");
}
