import {
  ConfigError,
  type EnvMap,
  type LoadOptions,
  loadSettings,
  localSettings,
  withoutUrlSecrets,
} from "../../config/index.ts";
import { connectableHost } from "../../shared/net-address.ts";

/** Options of all commands that ask the admin server of a runner. */
export interface AdminOptions {
  readonly env: EnvMap;
  readonly envFile?: string;
  /** Values for variables that are not set otherwise. */
  readonly defaults?: EnvMap | undefined;
  /** URL of the admin server. Default: from ADMIN_HOST and ADMIN_PORT. */
  readonly url?: string;
}

/** A path of the admin server, such as one that was asked with curl. With more before it, it may be a proxy's. */
const PATHS = /^(\/(?:livez|readyz|healthz|metrics|config|executions|shutdown|log-level))\/*$/;

/** The URL that was given is not one of an admin server. */
export class AdminUrlError extends Error {
  override readonly name = "AdminUrlError";

  constructor(url: string, remedy = "give the URL of the admin server, such as http://localhost:8790") {
    super(`--url ${withoutUrlSecrets(url)}: ${remedy}.`);
  }
}

/** The URL of the admin server, without a slash at its end. @throws AdminUrlError; ConfigError */
export function adminUrl(options: AdminOptions): string {
  return options.url === undefined ? configuredUrl(options) : parseUrl(options.url);
}

/** The URL without what follows its path. */
function parseUrl(text: string): string {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) throw new AdminUrlError(text);
  const url = new URL(text);
  url.search = "";
  url.hash = "";
  const [, path] = PATHS.exec(url.pathname) ?? [];
  if (path !== undefined) throw new AdminUrlError(text, `leave out ${path}, the command adds its own path`);
  return url.href.replace(/\/+$/, "");
}

function configuredUrl({ env, envFile, defaults }: LoadOptions): string {
  const settings = localSettings.admin.settings;
  const { host, port } = loadSettings({ host: settings.host, port: settings.port }, { env, envFile, defaults });
  if (port !== 0) return `http://${connectableHost(host)}:${port}`;
  const remedy = "Set a port, or name the admin server with --url.";
  throw new ConfigError([
    {
      variable: "ADMIN_PORT",
      problem: "0 does not say which port to probe",
      allowed: "a port from 1 to 65535",
      remedy,
    },
  ]);
}
