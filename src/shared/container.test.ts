import { expect, test } from "bun:test";
import { localhostHint } from "./container.ts";

const inside = () => true;

test("localhost addresses get a hint inside a container", () => {
  for (const address of ["localhost:7233", "Failed to connect to Temporal at 127.0.0.1:1", "http://[::1]:11434"])
    expect(localhostHint(address, inside)).toContain("host.docker.internal");
});

test("other addresses, and localhost outside of containers, get no hint", () => {
  expect(localhostHint("localhost:7233", () => false)).toBeUndefined();
  expect(localhostHint("temporal:7233, localhostess.example", inside)).toBeUndefined();
});
