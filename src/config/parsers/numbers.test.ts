import { describe, expect, test } from "bun:test";
import { read, refused } from "../../../test/support/parser-results.ts";
import { decimalNumber, listenPort, port, seconds, wholeNumber } from "./numbers.ts";

describe("a port", () => {
  test("is a whole number from 1 to 65535", () => {
    expect(read(port, "1")).toEqual({ value: 1 });
    expect(read(port, "8080")).toEqual({ value: 8080 });
    expect(read(port, "65535")).toEqual({ value: 65_535 });
  });

  test("is not a text that starts with a number or writes one in another way", () => {
    refused(port, "is not a whole number", ["8080x", "NaN", "1e9", "0x50", "80.5", "+80", "--1", "Infinity", "80 81"]);
  });

  test("is not a number outside these bounds", () => {
    refused(port, "is not between 1 and 65535", ["0", "-1", "65536", "99999999999999999999"]);
  });

  test("is not blank and has no white space around it", () => {
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
  test("that are whole must be within their bounds, which `allowed` names", () => {
    const parser = wholeNumber(1, 1000);
    expect(parser.allowed).toBe("a whole number from 1 to 1000");
    expect(read(parser, "1000")).toEqual({ value: 1000 });
    refused(parser, "is not between 1 and 1000", ["0", "1001"]);
  });

  test("with decimals must be within their bounds", () => {
    const parser = decimalNumber(0, 2);
    expect(read(parser, "0.7")).toEqual({ value: 0.7 });
    expect(read(parser, "2")).toEqual({ value: 2 });
    refused(parser, "is not a number", ["warm", "1.", ".5", "1,5", "1e0", "NaN"]);
    refused(parser, "is not between 0 and 2", ["2.1", "-0.1"]);
  });

  test("of seconds become milliseconds", () => {
    const parser = seconds(1, 10);
    expect(parser.allowed).toContain("in seconds");
    expect(read(parser, "10")).toEqual({ value: 10_000 });
    refused(parser, "is not between 1 and 10", ["0", "11"]);
    refused(parser, "is not a whole number", ["10s", "1.5"]);
  });
});
