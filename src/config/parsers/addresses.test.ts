import { describe, expect, test } from "bun:test";
import { read, refused } from "../../../test/support/parser-results.ts";
import { host, hostMaybePort, hostPort, httpUrl } from "./addresses.ts";

describe("a host", () => {
  test("is a name or an address", () => {
    for (const text of ["localhost", "redis-1.internal", "10.0.0.1", "::1", "my_host"])
      expect(read(host, text)).toEqual({ value: text });
  });

  test("has neither scheme nor path nor user", () => {
    refused(host, "is not a host name", ["http://localhost", "host/path", "user@host", "-host", "two words"]);
  });
});

describe("host and port", () => {
  test("stay together as text", () => {
    for (const text of ["localhost:7233", "10.0.0.1:443", "[::1]:50051"])
      expect(read(hostPort, text)).toEqual({ value: text });
  });

  test("are refused with the part that is invalid", () => {
    refused(hostPort, "has a scheme (http://, grpc://) where host:port is expected", ["http://localhost:7233"]);
    refused(hostPort, "has no port", ["localhost", "localhost:", "localhost:http", "localhost:80x"]);
    refused(hostPort, "has no valid host name before the port", ["a b:80", "::1:80", "user@host:80"]);
    refused(hostPort, "has a port outside 1 to 65535", ["localhost:0", "localhost:65536"]);
  });
});

describe("a domain", () => {
  test("is a host, optionally with a port", () => {
    for (const text of ["tenant.eu.auth0.com", "localhost:8443", "10.0.0.1:443", "[::1]:8443"])
      expect(read(hostMaybePort, text)).toEqual({ value: text });
  });

  test("is not a URL", () => {
    refused(hostMaybePort, "has a scheme (https://) where a host name is expected", ["https://tenant.auth0.com/"]);
    refused(hostMaybePort, "has a path where a host name is expected", ["tenant.auth0.com/", "tenant.auth0.com/api"]);
    refused(hostMaybePort, "is not a host name", ["a b", "host:", "host:x", "user@host"]);
    refused(hostMaybePort, "has a port outside 1 to 65535", ["host:0", "host:65536"]);
  });
});

describe("a URL", () => {
  test("loses the slash at its end and keeps its path", () => {
    expect(read(httpUrl, "http://localhost:11434/")).toEqual({ value: "http://localhost:11434" });
    expect(read(httpUrl, "https://api.example.org/v1//")).toEqual({ value: "https://api.example.org/v1" });
  });

  test("is http or https and has a host", () => {
    refused(httpUrl, "is not an http or https URL", ["localhost:11434", "ftp://host", "http://", "/path", "nonsense"]);
  });

  test("has no password in it, since URLs are shown", () => {
    refused(httpUrl, "has a user name or a password in it", ["http://user:secret@host", "http://user@host"]);
  });
});
