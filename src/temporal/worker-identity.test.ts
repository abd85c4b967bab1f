import { describe, expect, test } from "bun:test";
import { onLinux } from "../../test/support/requirement.ts";
import { formatIdentity, hasEnded, ownIdentity, parseIdentity } from "./worker-identity.ts";

describe("worker identity", () => {
  test("begins like the SDK's default and can be parsed", () => {
    const own = ownIdentity("group-1");
    expect(formatIdentity(own)).toStartWith(`${process.pid}@`);
    expect(parseIdentity(formatIdentity(own))).toEqual(own);
    expect(parseIdentity(formatIdentity({ ...own, pidNamespace: "", group: "" }))).toMatchObject({ group: "" });
  });

  test("is not parsed from another program's identity", () => {
    for (const text of ["", "17@host", "@", "x@host agent-runner pidns=1 group=a", "17@a b agent-runner"])
      expect(parseIdentity(text)).toBeUndefined();
  });
});

describe("process of a worker identity", () => {
  test("is known to have ended if it belonged to this machine and does not exist", async () => {
    const child = Bun.spawn(["true"]);
    await child.exited;
    const own = ownIdentity("");
    expect(hasEnded({ ...own, pid: child.pid })).toBe(true);
    expect(hasEnded(own)).toBe(false);
  });

  test.if(onLinux("numbers of processes"))("has ended if its number was given to another one", async () => {
    await using other = Bun.spawn(["sleep", "60"]);
    const identity = parseIdentity(formatIdentity({ ...ownIdentity("group-1"), pid: other.pid }));
    expect(identity && hasEnded(identity)).toBe(true);
  });

  test("is not known to have ended on another machine, even one with the same name", () => {
    const own = { ...ownIdentity(""), pid: 2 ** 22 - 1 };
    expect(hasEnded(own)).toBe(true);
    expect(hasEnded({ ...own, pidNamespace: "another" })).toBe(false);
    // Outside of containers the namespace has the same number on all machines.
    const [number = ""] = /\d+(?=\]?$)/.exec(own.pidNamespace) ?? [];
    expect(hasEnded({ ...own, pidNamespace: number })).toBe(false);
  });
});
