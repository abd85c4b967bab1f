import { expect, test } from "bun:test";
import { splitAddress } from "./net-address.ts";

test("a name, an IPv4 and an IPv6 address are taken from their ports", () => {
  expect(splitAddress("temporal.example:7233")).toEqual({ host: "temporal.example", port: 7233 });
  expect(splitAddress("127.0.0.1:443")).toEqual({ host: "127.0.0.1", port: 443 });
  expect(splitAddress("[::1]:7233")).toEqual({ host: "::1", port: 7233 });
});
