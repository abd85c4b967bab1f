import type { Check } from "../group.ts";
import { belongTogether } from "../parsers/pem.ts";

/** A certificate or its key: the setting that names it, and its text if it is set. */
interface Half<K> {
  readonly key: K;
  readonly pem: string | undefined;
}

/** What these checks use of a group's {@link Check}. */
interface Reporter<K extends string> extends Pick<Check, "values"> {
  nameOf(key: K): string;
  report(key: K, problem: Parameters<Check["report"]>[1]): void;
}

/** Mutual TLS needs a certificate and its private key. */
export function checkClientPair<K extends string>({ nameOf, report }: Reporter<K>, cert: Half<K>, key: Half<K>): void {
  if (cert.pem !== undefined && key.pem !== undefined) {
    if (belongTogether(cert.pem, key.pem)) return;
    report(key.key, {
      problem: `is not the key of the certificate in ${nameOf(cert.key)}`,
      allowed: "the private key that the certificate was issued for",
      remedy: "Set the two that belong together.",
    });
  } else if (cert.pem !== undefined || key.pem !== undefined) {
    const [present, missing] = cert.pem === undefined ? [key, cert] : [cert, key];
    report(missing.key, {
      problem: `is not set although ${nameOf(present.key)} is`,
      allowed: "both of them, or neither",
      remedy: "Mutual TLS needs the certificate and its key: set the other one too.",
    });
  }
}

/** TLS that is switched off contradicts settings that only TLS needs. */
export function checkSwitchedOff<K extends string>(
  { values, nameOf, report }: Reporter<K>,
  switchKey: K,
  needs: readonly K[],
): void {
  const present = needs.find((key) => values[key] !== undefined);
  if (values[switchKey] !== false || present === undefined) return;
  report(switchKey, {
    problem: `is false although ${nameOf(present)} is set`,
    allowed: `true, or no ${nameOf(present)}`,
    remedy: "Set it to true, or unset the other one.",
  });
}
