import type { ConfigProblem } from "./config-error.ts";
import type { CloudSettings, LocalSettings } from "./settings.ts";

/** What is known of the variables: those that are wrong by themselves are missing. */
type Known = Partial<Omit<LocalSettings, "MODE">> &
  Partial<Omit<CloudSettings, "MODE">> & { readonly MODE: "local" | "cloud" };

/** Rules between variables: combinations that contradict each other or miss their other half. */
export function crossChecks(set: Known): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const say = (variable: string, problem: string, allowed: string, remedy: string) =>
    problems.push({ variable, problem, allowed, remedy });

  const cert = set.TEMPORAL_TLS_CLIENT_CERT_PATH;
  const key = set.TEMPORAL_TLS_CLIENT_KEY_PATH;
  if ((cert === undefined) !== (key === undefined)) {
    const [has, misses] = cert === undefined ? ["KEY", "CERT"] : ["CERT", "KEY"];
    say(
      `TEMPORAL_TLS_CLIENT_${misses}_PATH`,
      `is not set although TEMPORAL_TLS_CLIENT_${has}_PATH is`,
      "both of them, or neither",
      "Mutual TLS needs the certificate and its key: set the other one too.",
    );
  }
  const tlsParts = [cert, key, set.TEMPORAL_TLS_SERVER_CA_CERT_PATH, set.TEMPORAL_TLS_SERVER_NAME];
  if (set.TEMPORAL_TLS === false && tlsParts.some((part) => part !== undefined)) {
    say(
      "TEMPORAL_TLS",
      "is false although certificates for TLS are set",
      "true, or no TEMPORAL_TLS_* at all",
      "Decide for one of the two.",
    );
  }
  if (set.STIGMER_LLM_PROVIDER === "scripted" && set.STIGMER_LLM_SCRIPT === undefined) {
    say(
      "STIGMER_LLM_SCRIPT",
      "is not set although STIGMER_LLM_PROVIDER is scripted",
      "the path of a YAML script",
      "Set it, or choose a real provider.",
    );
  }
  if (set.MODE === "local" && set.STIGMER_EXECUTION_MODE === "sandbox") {
    say(
      "STIGMER_EXECUTION_MODE",
      '"sandbox" asks for containers, which this version cannot use; running commands on this machine instead would not be what you asked for',
      "local or auto",
      "Set it to local if commands may run on this machine.",
    );
  }
  return problems;
}
