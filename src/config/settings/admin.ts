import { isLoopback } from "../../shared/net-address.ts";
import { group } from "../group.ts";
import { host } from "../parsers/addresses.ts";
import { bearerToken } from "../parsers/keys.ts";
import { listenPort } from "../parsers/numbers.ts";
import { bearerTokenFile } from "../parsers/token-file.ts";
import { setting } from "../setting.ts";

/** The admin server. */
export const admin = group(
  {
    host: setting({
      name: "ADMIN_HOST",
      parser: host,
      default: "127.0.0.1",
      description:
        "Host on which the admin server listens. Any other than loopback requires ADMIN_TOKEN or ADMIN_TOKEN_FILE.",
    }),
    /** 0: any free one. */
    port: setting({
      name: "ADMIN_PORT",
      parser: listenPort,
      default: "8790",
      description: "Port of the admin server.",
    }),
    token: setting({
      name: "ADMIN_TOKEN",
      parser: bearerToken,
      secret: true,
      description: "Bearer token that the admin server requires for everything but the probes, if it is set.",
    }),
    /** The token that the file contains. */
    tokenFile: setting({
      name: "ADMIN_TOKEN_FILE",
      parser: bearerTokenFile,
      holdsSecret: true,
      description: "File that contains the token, instead of ADMIN_TOKEN. It is read once, at the start.",
    }),
  },
  {
    check({ values, isInvalid, report }) {
      const has = (key: "token" | "tokenFile") => values[key] !== undefined || isInvalid(key);
      if (has("token") && has("tokenFile"))
        report("tokenFile", {
          problem: "is set, and ADMIN_TOKEN too",
          allowed: "one of ADMIN_TOKEN and ADMIN_TOKEN_FILE",
          remedy: "Unset one of them.",
        });
      if (values.host === undefined || isLoopback(values.host) || has("token") || has("tokenFile")) return;
      report("token", {
        problem: `is not set although ADMIN_HOST is ${values.host}: everybody who reaches the port could stop the runner`,
        allowed: bearerToken.allowed,
        remedy:
          "Set it or ADMIN_TOKEN_FILE (`openssl rand -hex 32`), or set ADMIN_HOST=127.0.0.1 to listen on this machine only.",
      });
    },
    resolve: ({ token, tokenFile, ...rest }) => ({ ...rest, token: token ?? tokenFile }),
  },
);
