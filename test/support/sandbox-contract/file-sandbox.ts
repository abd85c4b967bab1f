import { afterAll, beforeAll } from "bun:test";
import type { Sandbox } from "../../../src/sandbox/index.ts";
import type { Subject } from "./subject.ts";
import { openFilesystem } from "./subjects.ts";

/** One sandbox on this machine for all tests of a file. @returns it, once they run */
export function fileSandbox(): () => Sandbox {
  let subject: Subject;
  let sandbox: Sandbox;
  beforeAll(async () => {
    subject = await openFilesystem({ commandTimeoutMs: 60_000 });
    ({ sandbox } = await subject.acquire());
  });
  afterAll(() => subject.close());
  return () => sandbox;
}
