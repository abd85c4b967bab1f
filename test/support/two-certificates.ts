import { afterAll, beforeAll } from "bun:test";
import { type TestAuthority, type TestCertificate, testAuthority } from "./certificates.ts";

export interface TwoCertificates {
  readonly authority: TestAuthority;
  readonly one: TestCertificate;
  readonly other: TestCertificate;
}

/** Certificates of one authority, the same for all tests of a file. Call it outside of tests. */
export function twoCertificates(): TwoCertificates {
  let authority: TestAuthority;
  let one: TestCertificate;
  let other: TestCertificate;
  beforeAll(async () => {
    authority = await testAuthority();
    one = await authority.issue("one");
    other = await authority.issue("other");
  });
  afterAll(() => authority[Symbol.asyncDispose]());
  return {
    get authority() {
      return authority;
    },
    get one() {
      return one;
    },
    get other() {
      return other;
    },
  };
}
