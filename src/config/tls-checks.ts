import { belongTogether, pemText } from "./parsers/pem.ts";
import type { CloudSettings, LocalSettings } from "./settings/index.ts";

/** Reports a problem of a variable. */
export type Report = (variable: string, problem: string, allowed: string, remedy: string) => void;

type DataName = "TEMPORAL_TLS_CLIENT_CERT_DATA" | "TEMPORAL_TLS_CLIENT_KEY_DATA";
type PathName =
  | "TEMPORAL_TLS_CLIENT_CERT_PATH"
  | "TEMPORAL_TLS_CLIENT_KEY_PATH"
  | "STIGMER_BACKEND_CLIENT_CERT_FILE"
  | "STIGMER_BACKEND_CLIENT_KEY_FILE";

type Known = Partial<Omit<LocalSettings, "MODE">> & Partial<Omit<CloudSettings, "MODE">>;

/** Rules between the variables about TLS. */
export function tlsChecks(set: Known, say: Report): void {
  const twice = [
    ["TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CLIENT_CERT_DATA"],
    ["TEMPORAL_TLS_CLIENT_KEY_PATH", "TEMPORAL_TLS_CLIENT_KEY_DATA"],
    ["TEMPORAL_TLS_SERVER_CA_CERT_PATH", "TEMPORAL_TLS_SERVER_CA_CERT_DATA"],
  ] as const;
  for (const [path, data] of twice) {
    if (set[path] === undefined || set[data] === undefined) continue;
    say(data, `is set, and ${path} too`, "one of the two", "Unset the one that is not meant.");
  }
  clientPair(
    given("TEMPORAL_TLS_CLIENT_CERT_PATH", "TEMPORAL_TLS_CLIENT_CERT_DATA"),
    given("TEMPORAL_TLS_CLIENT_KEY_PATH", "TEMPORAL_TLS_CLIENT_KEY_DATA"),
    say,
  );
  clientPair(given("STIGMER_BACKEND_CLIENT_CERT_FILE"), given("STIGMER_BACKEND_CLIENT_KEY_FILE"), say);
  switchedOff("TEMPORAL_TLS", set.TEMPORAL_TLS, [...twice.flat(), "TEMPORAL_TLS_SERVER_NAME"]);
  switchedOff("STIGMER_BACKEND_TLS", set.STIGMER_BACKEND_TLS, [
    "STIGMER_BACKEND_CA_FILE",
    "STIGMER_BACKEND_CLIENT_CERT_FILE",
    "STIGMER_BACKEND_CLIENT_KEY_FILE",
  ]);
  switchedOff("REDIS_TLS", set.REDIS_TLS, ["REDIS_TLS_CA_FILE"]);

  function given(file: PathName, data?: DataName): Named {
    const text = data === undefined ? undefined : set[data];
    return [data !== undefined && text !== undefined ? data : file, pemText(set[file], text)];
  }

  function switchedOff(variable: string, value: boolean | undefined, parts: readonly (keyof Known)[]): void {
    const part = parts.find((name) => set[name] !== undefined);
    if (value !== false || part === undefined) return;
    say(variable, `is false although ${part} is set`, `true, or no ${part}`, "Decide for one of the two.");
  }
}

type Named = readonly [variable: string, text: string | undefined];

function clientPair([cert, certText]: Named, [key, keyText]: Named, say: Report): void {
  if (certText !== undefined && keyText !== undefined) {
    if (belongTogether(certText, keyText)) return;
    say(
      key,
      `is not the key of the certificate in ${cert}`,
      "the private key that the certificate was issued for",
      "Set the two that belong together.",
    );
  } else if (certText !== undefined || keyText !== undefined) {
    const [has, misses] = certText === undefined ? [key, cert] : [cert, key];
    say(
      misses,
      `is not set although ${has} is`,
      "both of them, or neither",
      "Mutual TLS needs the certificate and its key: set the other one too.",
    );
  }
}
