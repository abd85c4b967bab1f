import { readFileSync } from "node:fs";

/** Loads `node:crypto` only when a certificate is set: it takes 15 ms, a third of what a health check may take. */
const crypto = () => process.getBuiltinModule("node:crypto");

/** What is wrong with a text that should be one certificate or several; completes "<variable> …". */
export function certificateProblem(text: string): string | undefined {
  const blocks = text.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  if (blocks === null) return "contains no certificate in PEM (-----BEGIN CERTIFICATE-----)";
  return blocks.every(isCertificate) ? undefined : "contains a certificate that cannot be read";
}

function isCertificate(block: string): boolean {
  try {
    return new (crypto().X509Certificate)(block).raw.length > 0;
  } catch {
    return false;
  }
}

/** What is wrong with a text that should be a private key; never shows any of it. */
export function privateKeyProblem(text: string): string | undefined {
  if (!/-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text))
    return "contains no private key in PEM (-----BEGIN PRIVATE KEY-----)";
  if (/ENCRYPTED/.test(text)) return "contains an encrypted private key; decrypt it with `openssl pkey`";
  try {
    crypto().createPrivateKey(text);
    return undefined;
  } catch {
    return "contains a private key that cannot be read";
  }
}

/** Whether the private key is the certificate's. Both texts must be valid by themselves. */
export function belongTogether(certificate: string, key: string): boolean {
  const { X509Certificate, createPrivateKey } = crypto();
  return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
}

/** The PEM text itself, or that of the file. */
export function pemText(path: string | undefined, data: string | undefined): string | undefined {
  return data ?? (path === undefined ? undefined : readFileSync(path, "utf8"));
}
