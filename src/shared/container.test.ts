import { expect, test } from "bun:test";
import { localhostHint } from "./container.ts";

const inside = () => true;

test("in a container, an address of localhost gets a hint", () => {
  for (const address of ["localhost:7233", "Failed to connect to Temporal at 127.0.0.1:1", "http://[::1]:11434"])
    expect(localhostHint(address, inside)).toContain("host.docker.internal");
});

test("elsewhere, and for other addresses, there is none", () => {
  expect(localhostHint("localhost:7233", () => false)).toBeUndefined();
  expect(localhostHint("temporal:7233, localhostess.example", inside)).toBeUndefined();
});
