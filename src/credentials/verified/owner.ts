import type { JWTPayload } from "jose";

/**
 * Claims in which issuers name the organization of a token, the most specific first. Auth0 uses `org_id`, others use the
 * rest. A custom claim may have a URL before the name (`https://example.com/org_id`).
 */
const ORGANIZATION = ["org_id", "organization_id", "organization", "org", "tenant_id", "tid", "org_name"] as const;

/** Longest part of a name: it is shown in messages and stored in Redis. */
const MAX_LENGTH = 200;

/** Whose key a token is; the same text after a renewal. */
export function ownerOf(claims: JWTPayload): string {
  const named = Object.entries(claims).map(([name, value]) => [name.slice(name.lastIndexOf("/") + 1), value] as const);
  for (const wanted of ORGANIZATION) {
    const found = named.find(([name, value]) => name === wanted && typeof value === "string" && value !== "");
    if (found !== undefined) return `issuer ${quoted(claims.iss)}, organization ${quoted(found[1])}`;
  }
  // Without an organization, only the client distinguishes the keys of one issuer.
  return `issuer ${quoted(claims.iss)}, subject ${quoted(claims.sub)}`;
}

function quoted(value: unknown): string {
  return JSON.stringify(value ?? null)
    .slice(0, MAX_LENGTH)
    .toWellFormed();
}
