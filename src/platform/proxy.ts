/**
 * Whether requests to the URL go through a proxy, unless NO_PROXY names its host. Bun's fetch reads these variables of the
 * process itself: https://bun.sh/docs/guides/http/proxy
 */
// biome-ignore lint/style/noProcessEnv: what counts is what Bun reads
export function hasProxy({ protocol }: URL, environment: Readonly<Record<string, string | undefined>> = process.env) {
  const name = protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY";
  return [name, name.toLowerCase()].some((key) => (environment[key] ?? "") !== "");
}
