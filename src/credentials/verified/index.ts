/**
 * The API key of cloud mode: a JWT that is verified with its issuer's keys and follows its file. Used by the cloud platform.
 * It never logs or shows a key.
 * @module
 */
export type { CredentialsErrorCode } from "./credentials-error.ts";
export { CredentialsError } from "./credentials-error.ts";
export { issuerKeysUrl } from "./issuer-url.ts";
export type { CredentialsOptions, OpenCredentials } from "./open-credentials.ts";
export { openCredentials, readKey } from "./open-credentials.ts";
