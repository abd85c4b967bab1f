import * as v from "valibot";
import { matching, type Parser, parser, text } from "./parser.ts";

const HOST = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)$/;
const PORT = /:(\d+)$/;

export const host: Parser<string> = parser(
  "a host name or an IP address",
  matching("is not a host name", (value) => HOST.test(value) || isIPv6(value)),
);

/** Host names and IP addresses, separated by commas. */
export const hostList: Parser<readonly string[]> = parser(
  "host names or IP addresses, separated by commas",
  v.pipe(
    matching("is not a list of host names", (value) =>
      value.split(",").every((one) => HOST.test(one.trim()) || isIPv6(one.trim())),
    ),
    v.transform((value) => value.split(",").map((one) => one.trim())),
  ),
);

/** `host` or `host:port`, as in a URL. */
export const hostMaybePort: Parser<string> = parser(
  "a host name, optionally with a port, without https://",
  v.pipe(
    text,
    v.check((value) => !value.includes("://"), "has a scheme (https://) where a host name is expected"),
    v.check((value) => !value.includes("/"), "has a path where a host name is expected"),
    v.check((value) => HOST.test(value.replace(PORT, "")), "is not a host name"),
    v.check((value) => !PORT.test(value) || hasValidPort(value), "has a port outside 1 to 65535"),
  ),
);

/** `host:port`, as text. */
export const hostPort: Parser<string> = parser(
  "host:port, the port from 1 to 65535, without http://",
  v.pipe(
    text,
    v.check((value) => !value.includes("://"), "has a scheme (http://, grpc://) where host:port is expected"),
    v.check((value) => /^.+:\d+$/.test(value), "has no port"),
    v.check((value) => HOST.test(value.replace(PORT, "")), "has no valid host name before the port"),
    v.check(hasValidPort, "has a port outside 1 to 65535"),
  ),
);

const ANY_HTTP_URL = v.pipe(
  matching("is not an http or https URL", (value) => {
    const url = URL.parse(value);
    return url !== null && (url.protocol === "http:" || url.protocol === "https:") && url.hostname !== "";
  }),
  v.check((value) => {
    const { username, password } = new URL(value);
    return username === "" && password === "";
  }, "has a user name or a password in it"),
);
const HTTP_URL = "a URL that starts with http:// or https://, without user name and password";

/** An http or https URL, without a slash at its end. A password is refused: it would be shown wherever the URL is. */
export const httpUrl: Parser<string> = parser(
  HTTP_URL,
  v.pipe(
    ANY_HTTP_URL,
    v.transform((value) => value.replace(/\/+$/, "")),
  ),
);

/** The same, used as it is. */
export const exactHttpUrl: Parser<string> = parser(HTTP_URL, ANY_HTTP_URL);

function hasValidPort(value: string): boolean {
  const number = Number(PORT.exec(value)?.[1]);
  return number >= 1 && number <= 65_535;
}

/** Loads `node:net` only when it is needed: it takes 10 ms, a fifth of what a health check may take. */
function isIPv6(value: string): boolean {
  return value.includes(":") && process.getBuiltinModule("node:net").isIPv6(value);
}
