import type { JWTPayload } from "jose";

/**
 * Claims in which issuers name the organization that a token is for, the most telling first. Auth0 has `org_id`, others
 * the rest; a claim of one's own may carry a URL before the name (`https://example.com/org_id`).
 */
const ORGANIZATION = ["org_id", "organization_id", "organization", "org", "tenant_id", "tid", "org_name"] as const;

/** Longest part of a name; it stands in messages and in Redis. */
const MAX_LENGTH = 200;

/** Whose key a token is, in words that stay the same when the key is renewed. */
export function ownerOf(claims: JWTPayload): string {
  const named = Object.entries(claims).map(([name, value]) => [name.slice(name.lastIndexOf("/") + 1), value] as const);
  for (const wanted of ORGANIZATION) {
    const found = named.find(([name, value]) => name === wanted && typeof value === "string" && value !== "");
    if (found !== undefined) return `issuer ${quoted(claims.iss)}, organization ${quoted(found[1])}`;
  }
  // Without an organization, only the client that the key was made for tells keys of one issuer apart.
  return `issuer ${quoted(claims.iss)}, subject ${quoted(claims.sub)}`;
}

function quoted(value: unknown): string {
  return JSON.stringify(value ?? null)
    .slice(0, MAX_LENGTH)
    .toWellFormed();
}
