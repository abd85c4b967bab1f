import type { CredentialsConfig } from "../../config/index.ts";
import { issuerOf } from "./claims.ts";
import { keysUrl } from "./issuer-keys.ts";
import { keySource } from "./key-source.ts";
import { readToken } from "./token.ts";

/** Where the issuer of the configured API key publishes its keys. @throws CredentialsError if the key does not say */
export async function issuerKeysUrl({ source, auth0Domain }: CredentialsConfig): Promise<string> {
  return keysUrl(issuerOf(readToken(await keySource(source).read()), auth0Domain)).href;
}
