/** A process of its own that opens the API key it is told, and says what it found: argument the configuration as JSON. */
import type { CredentialsConfig } from "../../src/config/index.ts";
import { openCredentials } from "../../src/credentials/verified/index.ts";
import { silentLogger } from "../../src/log/index.ts";
import { messageOf } from "../../src/shared/errors.ts";
import { SecretMask } from "../../src/shared/secret-mask.ts";

const credentials = JSON.parse(process.argv[2] ?? "{}") as CredentialsConfig;
try {
  const open = await openCredentials({ credentials }, { log: silentLogger, mask: new SecretMask() });
  open.close();
  process.stdout.write(`${open.connected.join("\n")}\n`);
} catch (error) {
  process.stdout.write(`${messageOf(error)}\n`);
}
