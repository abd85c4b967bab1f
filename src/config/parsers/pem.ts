import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { absolutePath } from "./absolute-path.ts";

/** What is wrong with a text that should be a certificate, or several; completes "… ". */
export function certificateProblem(text: string): string | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (blocks === null) return "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)";
  return blocks.every(isCertificate) ? undefined : "holds a certificate that cannot be read";
}

function isCertificate(block: string): boolean {
  try {
    return new X509Certificate(block).raw.length > 0;
  } catch {
    return false;
  }
}

/** What is wrong with a text that should be a private key; never shows any of it. */
export function privateKeyProblem(text: string): string | undefined {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    return "holds no private key in PEM (-----BEGIN PRIVATE KEY-----)";
  if (/ENCRYPTED/.test(text)) return "holds an encrypted private key; take the encryption off with `openssl pkey`";
  try {
    createPrivateKey(text);
    return undefined;
  } catch {
    return "holds a private key that cannot be read";
  }
}

/** Whether the key is the certificate's own. Both are given as texts that have no problem of their own. */
export function belongTogether(certificate: string, key: string): boolean {
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

/** The PEM text that was given, or stands in the file that was named. */
export function pemText(path: string | undefined, data: string | undefined): string | undefined {
  return data ?? (path === undefined ? undefined : readFileSync(absolutePath(path), "utf8"));
}
