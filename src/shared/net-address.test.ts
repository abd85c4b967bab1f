import { expect, test } from "bun:test";
import { isLoopback, splitAddress } from "./net-address.ts";

test("host names, IPv4 and IPv6 addresses are split from their ports", () => {
  expect(splitAddress("temporal.example:7233")).toEqual({ host: "temporal.example", port: 7233 });
  expect(splitAddress("127.0.0.1:443")).toEqual({ host: "127.0.0.1", port: 443 });
  expect(splitAddress("[::1]:7233")).toEqual({ host: "::1", port: 7233 });
});

test("only real loopback names and addresses count as loopback", () => {
  const loopback = ["localhost", "LOCALHOST", "a.localhost", "::1", "[::1]", "127.0.0.1", "127.255.1.0"];
  const others = ["127.0.0.256", "127.0.0.01", "127.1", "127.0.0.1.evil.com", "localhost.evil.com", "::", "10.0.0.1"];
  expect(loopback.filter((host) => !isLoopback(host))).toEqual([]);
  expect(others.filter(isLoopback)).toEqual([]);
});
