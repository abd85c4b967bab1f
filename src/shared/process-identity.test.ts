import { expect, test } from "bun:test";
import { onLinux } from "../../test/support/requirement.ts";
import { hasEnded, ownIdentity } from "./process-identity.ts";

test("running and ended processes are recognized, also before they are reaped", async () => {
  expect(hasEnded(ownIdentity())).toBe(false);
  const script = `import { ownIdentity } from ${JSON.stringify(`${import.meta.dir}/process-identity.ts`)};
console.log(ownIdentity()); setInterval(() => {}, 1e6);`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe" });
  const identity = new TextDecoder().decode((await child.stdout.getReader().read()).value).trim();
  expect(identity).not.toBe(ownIdentity());
  expect(hasEnded(identity)).toBe(false);
  child.kill("SIGKILL");
  await child.exited;
  expect(hasEnded(identity)).toBe(true);
});

test.if(onLinux("numbers of processes"))("a process whose number was given to another one has ended", () => {
  expect(hasEnded(ownIdentity().replace(/\d+$/, "1"))).toBe(true);
});

test("nothing is known of processes on other machines or in other containers, and of invalid identities", () => {
  const [, ...rest] = ownIdentity().split("|");
  expect(hasEnded(["elsewhere", ...rest].join("|"))).toBeUndefined();
  for (const identity of ["", "x", ownIdentity().replace(/\|\d+\|/, "|-1|")])
    expect(hasEnded(identity)).toBeUndefined();
});
