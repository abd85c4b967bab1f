/** Certificates for tests, created for each run: nothing in the repository can expire or leak. */
import "reflect-metadata";
import { isIP } from "node:net";
import { join } from "node:path";
import {
  BasicConstraintsExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from "@peculiar/x509";
import { type TemporaryFolder, temporaryFolder } from "./temporary-folder.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;
const DAY_MS = 86_400_000;

/** A certificate and its key, as PEM text and as files. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface CertificateOptions {
  /** Names and addresses that it is for; `localhost` and 127.0.0.1 unless told. */
  readonly hosts?: readonly string[];
  /** Its time is over since yesterday. */
  readonly expired?: boolean;
}

/** A certificate authority of a test. */
export interface TestAuthority {
  /** PEM file of the authority's own certificate. */
  readonly caFile: string;
  readonly ca: string;
  issue(name: string, options?: CertificateOptions): Promise<TestCertificate>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function testAuthority(name = "Test CA"): Promise<TestAuthority> {
  const folder = await temporaryFolder();
  const keys = await newKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity(false),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.digitalSignature, true),
    ],
  });
  const { certFile, cert } = await save(folder, "ca", root, keys);
  return {
    caFile: certFile,
    ca: cert,
    issue: async (name, { hosts = ["localhost", "127.0.0.1"], expired = false } = {}) => {
      const own = await newKeys();
      const certificate = await X509CertificateGenerator.create({
        subject: `CN=${name}`,
        issuer: root.subject,
        signingKey: keys.privateKey,
        publicKey: own.publicKey,
        signingAlgorithm: ALGORITHM,
        ...validity(expired),
        extensions: [
          new BasicConstraintsExtension(false),
          new SubjectAlternativeNameExtension(
            hosts.map((value) => ({ type: isIP(value) !== 0 ? ("ip" as const) : ("dns" as const), value })),
          ),
        ],
      });
      return await save(folder, name, certificate, own);
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}

async function newKeys(): Promise<CryptoKeyPair> {
  return await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
}

function validity(expired: boolean) {
  const now = Date.now();
  return expired
    ? { notBefore: new Date(now - 10 * DAY_MS), notAfter: new Date(now - DAY_MS) }
    : { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + 30 * DAY_MS) };
}

async function save(
  folder: TemporaryFolder,
  name: string,
  certificate: X509Certificate,
  keys: CryptoKeyPair,
): Promise<TestCertificate> {
  const cert = certificate.toString("pem");
  const key = PemConverter.encode(await crypto.subtle.exportKey("pkcs8", keys.privateKey), "PRIVATE KEY");
  const [certFile, keyFile] = [join(folder.path, `${name}.crt`), join(folder.path, `${name}.key`)];
  await Promise.all([Bun.write(certFile, cert), Bun.write(keyFile, key)]);
  return { cert, key, certFile, keyFile };
}
