export type { CredentialsErrorCode } from "./credentials-error.ts";
export { CredentialsError } from "./credentials-error.ts";
export type { CredentialsOptions, OpenCredentials } from "./open-credentials.ts";
export { openCredentials, readKey } from "./open-credentials.ts";
