import { isLoopback } from "../shared/net-address.ts";
import type { ConfigProblem } from "./config-error.ts";
import { bearerToken } from "./parsers/parsers.ts";
import type { CloudSettings, LocalSettings } from "./settings/index.ts";
import { type Report, tlsChecks } from "./tls-checks.ts";

/** What is known of the variables: those that are wrong by themselves are missing. */
export type Known = Partial<Omit<LocalSettings, "MODE">> &
  Partial<Omit<CloudSettings, "MODE">> & { readonly MODE: "local" | "cloud" };

/**
 * Rules between variables: combinations that contradict each other or miss their other half.
 * @param wrong the variables that are wrong by themselves, and reported as such
 */
export function crossChecks(set: Known, wrong: ReadonlySet<string>): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const say: Report = (variable, problem, allowed, remedy) => problems.push({ variable, problem, allowed, remedy });

  tlsChecks(set, say);
  if (set.STIGMER_LLM_PROVIDER === "scripted" && set.STIGMER_LLM_SCRIPT === undefined) {
    say(
      "STIGMER_LLM_SCRIPT",
      "is not set although STIGMER_LLM_PROVIDER is scripted",
      "the path of a YAML script",
      "Set it, or choose a real provider.",
    );
  }
  if (set.ADMIN_HOST !== undefined && !isLoopback(set.ADMIN_HOST)) {
    if (set.ADMIN_TOKEN === undefined && !wrong.has("ADMIN_TOKEN")) {
      say(
        "ADMIN_TOKEN",
        `is not set although ADMIN_HOST is ${set.ADMIN_HOST}: everybody who reaches the port could stop the runner`,
        bearerToken.allowed,
        "Set it (`openssl rand -hex 32`), or set ADMIN_HOST=127.0.0.1 to listen on this machine only.",
      );
    }
  }
  if (set.MODE === "cloud") {
    const given = [set.STIGMER_API_KEY, set.STIGMER_API_KEY_FILE].filter((source) => source !== undefined).length;
    const allowed = "one of STIGMER_API_KEY and STIGMER_API_KEY_FILE";
    if (given === 0 && !wrong.has("STIGMER_API_KEY") && !wrong.has("STIGMER_API_KEY_FILE")) {
      say(
        "STIGMER_API_KEY",
        "is not set",
        allowed,
        "Issue a token (a JWT) for this runner and set it, or name its file; `MODE=local` needs none.",
      );
    }
    if (given === 2)
      say("STIGMER_API_KEY_FILE", "is set, and STIGMER_API_KEY too", allowed, "Unset the one that is not meant.");
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
