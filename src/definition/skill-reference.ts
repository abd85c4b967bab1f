/** Names a skill: a directory with instructions and scripts, stored in Stigmer as a zip. */
export interface SkillReference {
  readonly scope: "platform" | "organization" | "identity-account" | "unspecified";
  readonly organization: string;
  readonly slug: string;
  /** A tag or the SHA-256 of the zip; empty or `latest`: the latest version. */
  readonly version: string;
}
