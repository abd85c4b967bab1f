import { describe, expect, test } from "bun:test";
import * as v from "valibot";
import {
  anyText,
  apiKey,
  bearerToken,
  boolean,
  decimalNumber,
  host,
  hostMaybePort,
  hostPort,
  httpUrl,
  listenPort,
  modelName,
  oneOf,
  type Parser,
  port,
  seconds,
  wholeNumber,
} from "./parsers.ts";

/** The value a text becomes, or what is wrong with it. */
function read<T>(parser: Parser<T>, text: string): { readonly value: T } | { readonly problem: string } {
  const result = v.safeParse(parser.schema, text, { abortPipeEarly: true });
  return result.success ? { value: result.output } : { problem: result.issues[0].message };
}

/** Asserts that each of the texts is refused with the same problem. */
function refused<T>(parser: Parser<T>, problem: string, texts: readonly string[]): void {
  for (const text of texts) expect({ text, ...read(parser, text) }).toEqual({ text, problem });
}

describe("a port", () => {
  test("is a whole number from 1 to 65535", () => {
    expect(read(port, "1")).toEqual({ value: 1 });
    expect(read(port, "8080")).toEqual({ value: 8080 });
    expect(read(port, "65535")).toEqual({ value: 65_535 });
  });

  test("is nothing that only starts like a number, or means one in another way", () => {
    refused(port, "is not a whole number", ["8080x", "NaN", "1e9", "0x50", "80.5", "+80", "--1", "Infinity", "80 81"]);
  });

  test("is nothing outside its bounds", () => {
    refused(port, "is not between 1 and 65535", ["0", "-1", "65536", "99999999999999999999"]);
  });

  test("is not blank and has no space around it", () => {
    refused(port, "is blank", ["", " ", "\t"]);
    refused(port, "has white space around it", [" 80", "80 ", "80\n"]);
  });

  test("to listen on may be 0, for any free one", () => {
    expect(read(listenPort, "0")).toEqual({ value: 0 });
    refused(listenPort, "is not between 0 and 65535", ["-1", "65536"]);
    refused(listenPort, "is not a whole number", ["8080x"]);
  });
});

describe("numbers", () => {
  test("that are whole keep to their bounds, which are told", () => {
    const parser = wholeNumber(1, 1000);
    expect(parser.allowed).toBe("a whole number from 1 to 1000");
    expect(read(parser, "1000")).toEqual({ value: 1000 });
    refused(parser, "is not between 1 and 1000", ["0", "1001"]);
  });

  test("with decimals keep to their bounds", () => {
    const parser = decimalNumber(0, 2);
    expect(read(parser, "0.7")).toEqual({ value: 0.7 });
    expect(read(parser, "2")).toEqual({ value: 2 });
    refused(parser, "is not a number", ["warm", "1.", ".5", "1,5", "1e0", "NaN"]);
    refused(parser, "is not between 0 and 2", ["2.1", "-0.1"]);
  });

  test("of seconds are milliseconds inside", () => {
    const parser = seconds(1, 10);
    expect(parser.allowed).toContain("in seconds");
    expect(read(parser, "10")).toEqual({ value: 10_000 });
    refused(parser, "is not between 1 and 10", ["0", "11"]);
    refused(parser, "is not a whole number", ["10s", "1.5"]);
  });
});

test("true and false have several spellings, and nothing else is either", () => {
  for (const text of ["true", "TRUE", "1", "yes", "on"]) expect(read(boolean, text)).toEqual({ value: true });
  for (const text of ["false", "False", "0", "no", "off"]) expect(read(boolean, text)).toEqual({ value: false });
  refused(boolean, "is neither true nor false", ["tru", "2", "null", "y"]);
});

describe("one of several words", () => {
  const parser = oneOf(["debug", "info", "warn"], { warning: "warn" });

  test("is found in upper and lower case, also by its other names", () => {
    expect(read(parser, "INFO")).toEqual({ value: "info" });
    expect(read(parser, "Warning")).toEqual({ value: "warn" });
  });

  test("is told with what else there is where it is none of them", () => {
    expect(parser.allowed).toBe("debug, info or warn");
    refused(parser, "is none of debug, info or warn", ["loud", "info,warn"]);
  });
});

test("text keeps what is inside of it and is refused with space around it", () => {
  expect(read(anyText, "two words")).toEqual({ value: "two words" });
  refused(anyText, "has white space around it", [" a", "a\n"]);
  refused(anyText, "is blank", ["  "]);
});

test("a model has a name on each side of its colon", () => {
  for (const name of ["gpt-4o", "qwen2.5-coder:7b", "ollama:my-own-model:latest"])
    expect(read(modelName, name)).toEqual({ value: name });
  refused(modelName, "has a colon without a name on each side of it", [":", "anthropic:", ":gpt-4o", "ollama:qwen:"]);
});

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

  test("are refused with the part that is wrong", () => {
    refused(hostPort, "has a scheme (http://, grpc://) where host:port is wanted", ["http://localhost:7233"]);
    refused(hostPort, "has no port", ["localhost", "localhost:", "localhost:http", "localhost:80x"]);
    refused(hostPort, "has no valid host name before the port", ["a b:80", "::1:80", "user@host:80"]);
    refused(hostPort, "has a port outside 1 to 65535", ["localhost:0", "localhost:65536"]);
  });
});

describe("a domain", () => {
  test("is a host, with a port where it is not the usual one", () => {
    for (const text of ["tenant.eu.auth0.com", "localhost:8443", "10.0.0.1:443", "[::1]:8443"])
      expect(read(hostMaybePort, text)).toEqual({ value: text });
  });

  test("is no URL", () => {
    refused(hostMaybePort, "has a scheme (https://) where a host name is wanted", ["https://tenant.auth0.com/"]);
    refused(hostMaybePort, "has a path where a host name is wanted", ["tenant.auth0.com/", "tenant.auth0.com/api"]);
    refused(hostMaybePort, "is not a host name", ["a b", "host:", "host:x", "user@host"]);
    refused(hostMaybePort, "has a port outside 1 to 65535", ["host:0", "host:65536"]);
  });
});

describe("a key", () => {
  test("is one word of visible characters", () => {
    for (const text of ["dummy-local-key", "eyJ.eyJ.a_b-c", "sk:+/="])
      expect(read(apiKey, text)).toEqual({ value: text });
  });

  test("is not what a slip of copying made of it", () => {
    refused(apiKey, "has white space around it", [" key", "key\n"]);
    refused(apiKey, "has white space in it", ["a key", "a\tkey", "first\nsecond"]);
    refused(apiKey, 'begins with "Bearer", which is no part of the key', ["Bearer key", "bearer key"]);
    refused(apiKey, "has characters in it that no key has", ["k\u00e9y", "key\u0007", "\u201ckey\u201d"]);
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

  test("has no password in it, which would be shown wherever the URL is", () => {
    refused(httpUrl, "has a user name or a password in it", ["http://user:secret@host", "http://user@host"]);
  });
});

describe("a bearer token", () => {
  test("is anything that a header carries as it is", () => {
    for (const token of ["12345678", "p@ss-word!~", "x".repeat(64)])
      expect(read(bearerToken, token)).toEqual({ value: token });
  });

  test("is neither short, nor of other characters, nor has white space", () => {
    refused(bearerToken, "is shorter than 8 characters", ["1234567"]);
    const problem = "has characters in it that an Authorization header cannot carry";
    refused(bearerToken, problem, ["pass word 1", "pässword-1", "token\u0000token", "token\ntoken1", "ток3н-secret"]);
    refused(bearerToken, "has white space around it", [" 12345678", "12345678\n"]);
  });
});
