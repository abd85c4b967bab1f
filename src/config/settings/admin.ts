import { isLoopback } from "../../shared/net-address.ts";
import { group } from "../group.ts";
import { host } from "../parsers/addresses.ts";
import { bearerToken } from "../parsers/keys.ts";
import { listenPort } from "../parsers/numbers.ts";
import { setting } from "../setting.ts";

/** The admin server. */
export const admin = group(
  {
    host: setting({
      name: "ADMIN_HOST",
      parser: host,
      default: "127.0.0.1",
      description: "Host on which the admin server listens. Any other than loopback requires ADMIN_TOKEN.",
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
      description: "Bearer token that the admin server requires for /config and /shutdown, if it is set.",
    }),
  },
  {
    check({ values, isInvalid, report }) {
      if (values.host === undefined || isLoopback(values.host)) return;
      if (values.token !== undefined || isInvalid("token")) return;
      report("token", {
        problem: `is not set although ADMIN_HOST is ${values.host}: everybody who reaches the port could stop the runner`,
        allowed: bearerToken.allowed,
        remedy: "Set it (`openssl rand -hex 32`), or set ADMIN_HOST=127.0.0.1 to listen on this machine only.",
      });
    },
  },
);
