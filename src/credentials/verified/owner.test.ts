import { expect, test } from "bun:test";
import { ownerOf } from "./owner.ts";

const of = (claims: object) => ownerOf({ iss: "https://i/", sub: "client@clients", ...claims });

test("the owner of a key is its issuer and its organization, whatever the claim is called", () => {
  for (const claim of ["org_id", "https://stigmer.example/org_id", "organization", "tid"])
    expect(of({ [claim]: "acme" })).toBe('issuer "https://i/", organization "acme"');
  // An id tells more than a name.
  expect(of({ org_name: "Acme", org_id: "org_1" })).toContain('"org_1"');
});

test("the owner of a key without an organization is its issuer and client", () => {
  expect(of({})).toBe('issuer "https://i/", subject "client@clients"');
  expect(of({ org_id: 5, organization: "" })).toContain("subject");
  expect(ownerOf({})).toBe("issuer null, subject null");
});

test("a long or hostile owner name is quoted and truncated", () => {
  const owner = of({ org_id: `a\n"${"x".repeat(5_000)}` });
  expect(owner).not.toContain("\n");
  expect(owner.length).toBeLessThan(300);
});
