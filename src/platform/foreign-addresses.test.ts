import { describe, expect, test } from "bun:test";
import { networkInterfaces } from "node:os";
import { ForeignAddresses } from "./foreign-addresses.ts";
import { hasProxy } from "./proxy.ts";

const check = async (url: string, allowed: readonly string[] = []) =>
  await new ForeignAddresses(allowed).check(new URL(url)).then(
    () => "allowed",
    (error: unknown) => String(error),
  );

describe("addresses that agents may connect to from the runner", () => {
  test.each([
    "http://localhost/mcp",
    "http://LOCALHOST./mcp",
    "http://127.0.0.1:8080",
    "http://127.9.9.9",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0.0.0.0:7233",
    "http://169.254.169.254/latest/meta-data",
    "http://[::1]/",
    "http://[::]/",
    "http://[fe80::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://[fd00:ec2::254]/",
    "http://[64:ff9b::169.254.169.254]/",
    "http://[::127.0.0.1]/",
    "http://100.100.100.200/latest/meta-data",
    "http://192.0.0.192/",
    "http://168.63.129.16/",
    "http://[fd20:ce::254]/",
  ])("do not include %s", async (url) => {
    expect(await check(url)).toContain("belongs to the runner's own machine");
  });

  test.each(["http://203.0.113.7/", "http://10.0.0.1/", "https://[2001:db8::1]/"])("include %s", async (url) => {
    expect(await check(url)).toBe("allowed");
  });

  test("are named if the host has a name, so that nothing else is connected to", async () => {
    const policy = new ForeignAddresses([]);
    expect(await policy.check(new URL("http://203.0.113.7/"))).toEqual([]);
    expect(await new ForeignAddresses(["localhost"]).check(new URL("http://localhost/"))).toEqual([]);
  });

  test("do not include those of the runner's network interfaces", async () => {
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    for (const { address, family } of own) {
      const host = family === "IPv6" ? `[${address.replace(/%.*$/, "")}]` : address;
      expect(await check(`http://${host}/`)).toContain("belongs to");
    }
  });

  test("include hosts that the operator allows, by name or by address", async () => {
    expect(await check("http://localhost:1", ["Localhost"])).toBe("allowed");
    expect(await check("http://127.0.0.1:1", ["localhost"])).toContain("belongs to");
    expect(await check("http://[::1]:1", ["::1"])).toBe("allowed");
  });
});

test("a name that is unknown is not left to the connection, which would look it up again unchecked", async () => {
  const check = new ForeignAddresses([]).check(new URL("http://unknown.invalid/mcp"));
  expect(await check.catch((error: unknown) => error)).toBeInstanceOf(Error);
});

describe("addresses behind a proxy", () => {
  const policy = new ForeignAddresses([], () => true);

  test("are checked as far as they are known, and left to the proxy", async () => {
    expect(await policy.check(new URL("http://unknown.invalid/mcp"))).toEqual([]);
    await expect(policy.check(new URL("http://localhost/mcp"))).rejects.toThrow("belongs to the runner's own machine");
  });

  test.each([
    ["http://a.example", { HTTP_PROXY: "http://proxy" }, true],
    ["http://a.example", { http_proxy: "http://proxy" }, true],
    ["https://a.example", { HTTP_PROXY: "http://proxy", HTTPS_PROXY: "" }, false],
    ["https://a.example", { https_proxy: "http://proxy" }, true],
    ["https://a.example", {}, false],
  ])("of %s with %p: %p", (url, environment, expected) => {
    expect(hasProxy(new URL(url), environment)).toBe(expected);
  });
});
