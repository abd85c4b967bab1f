import { create } from "@bufbuild/protobuf";
import type { EnvMap } from "../config/index.ts";
import { VARIABLE_NAME } from "../shared/variable-name.ts";
import { type ExecutionValue, ExecutionValueSchema } from "../stigmer/index.ts";
import { ClientError } from "./client-error.ts";

/**
 * The environment variables of one execution.
 * @param plain each `NAME=value`
 * @param secret names of variables in `env`; other users could see a value on the command line
 * @throws ClientError
 */
export function runtimeEnv(
  plain: readonly string[],
  secret: readonly string[],
  env: EnvMap,
): Record<string, ExecutionValue> {
  const values: Record<string, ExecutionValue> = {};
  for (const pair of plain) {
    const sign = pair.indexOf("=");
    if (sign < 1) throw new ClientError(`--env ${pair}: write it as NAME=value.`);
    if (!VARIABLE_NAME.test(pair.slice(0, sign)))
      throw new ClientError(
        `--env ${pair.slice(0, sign)}=…: a name has letters, digits and underscores, and does not begin with a digit.`,
      );
    values[pair.slice(0, sign)] = create(ExecutionValueSchema, { value: pair.slice(sign + 1) });
  }
  for (const name of secret) {
    if (name.includes("="))
      throw new ClientError("--secret-env takes only a name; its value is taken from the environment of this command.");
    const value = env[name];
    if (value === undefined)
      throw new ClientError(`--secret-env ${name}: ${name} is not set in the environment of this command.`);
    values[name] = create(ExecutionValueSchema, { value, isSecret: true });
  }
  return values;
}
