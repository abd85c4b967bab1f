import { RunnerError } from "../../shared/runner-error.ts";

export type CredentialsErrorCode =
  | "file"
  | "not-a-jwt"
  | "algorithm"
  | "issuer"
  | "keys-unavailable"
  | "unknown-key"
  | "bad-signature"
  | "audience"
  | "expired"
  | "not-yet-valid";

/** Why an API key is not accepted. Neither the message nor a cause shows the key. */
export class CredentialsError extends RunnerError<CredentialsErrorCode> {
  override readonly name = "CredentialsError";
  override readonly headline = "the API key is not valid";
  /** What is wrong, as the predicate of a sentence about the key. */
  readonly problem: string;

  constructor(code: CredentialsErrorCode, problem: string, cause?: unknown, input = "The API key") {
    super(code, `${input} ${problem}`, { remedies: REMEDIES[code], cause });
    this.problem = problem;
  }

  /** The same, with a message that names where the key came from. */
  about(input: string): CredentialsError {
    return new CredentialsError(this.code, this.problem, this.cause, input);
  }

  /** Whether the same key may become valid later. */
  get mayPass(): boolean {
    return this.code === "keys-unavailable" || this.code === "unknown-key" || this.code === "not-yet-valid";
  }
}

const WHERE = "STIGMER_API_KEY or the file of STIGMER_API_KEY_FILE";

const REMEDIES: Readonly<Record<CredentialsErrorCode, readonly string[]>> = {
  file: ["Let STIGMER_API_KEY_FILE name a readable file with the token and nothing else in it."],
  "not-a-jwt": [
    `Cloud mode takes a JWT, three parts separated by dots, as the issuer gave it: copy it again into ${WHERE}.`,
    "Set MODE=local to run on this machine with a local daemon, which needs no token.",
  ],
  algorithm: [
    "Let the issuer sign with RS256 (Auth0's default) or ES256: others, HS256 among them, are not safe here.",
  ],
  issuer: [
    "The token is for another environment: get one from the issuer that AUTH0_DOMAIN names.",
    "AUTH0_DOMAIN is wrong: set it to the host of the token's issuer, without https://.",
  ],
  "keys-unavailable": [
    "The issuer is down, or this network does not let the runner reach it: try `curl` with that URL from here.",
    "AUTH0_DOMAIN is misspelled: check it.",
    "The issuer's certificate is signed by a private CA: set NODE_EXTRA_CA_CERTS to its PEM file.",
    "STIGMER_API_KEY_VERIFY=lenient starts anyway, and verifies the key as soon as the issuer answers.",
  ],
  "unknown-key": [
    "The issuer no longer uses the key that signed this token: get a new token.",
    "The token is for another environment: check its issuer and AUTH0_DOMAIN.",
  ],
  "bad-signature": [
    "The token was changed or cut when it was copied: copy it again.",
    "The token was not made by this issuer: get one from it.",
  ],
  audience: ["Get a token for the API that AUTH0_AUDIENCE names, or correct AUTH0_AUDIENCE."],
  expired: [
    `Get a new token, and put it into ${WHERE}.`,
    "If it should still be valid, the clock of this machine is wrong: check it with `date -u`.",
  ],
  "not-yet-valid": ["Wait until then. If it should be valid already, check this machine's clock: `date -u`."],
};
