import { create } from "@bufbuild/protobuf";
import type { EnvMap } from "../config/index.ts";
import { isCommandVariable } from "../shared/variable-name.ts";
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
  // A variable may have any name, also that of a property which every object has.
  const values = new Map<string, ExecutionValue>();
  for (const pair of plain) {
    const sign = pair.indexOf("=");
    if (sign < 1) throw new ClientError(`--env ${pair}: write it as NAME=value.`);
    requireName("--env", pair.slice(0, sign));
    values.set(pair.slice(0, sign), create(ExecutionValueSchema, { value: pair.slice(sign + 1) }));
  }
  for (const name of secret) {
    if (name.includes("="))
      throw new ClientError("--secret-env takes only a name; its value is taken from the environment of this command.");
    requireName("--secret-env", name);
    const value = env[name];
    if (value === undefined)
      throw new ClientError(`--secret-env ${name}: ${name} is not set in the environment of this command.`);
    values.set(name, create(ExecutionValueSchema, { value, isSecret: true }));
  }
  return Object.fromEntries(values);
}

/** @throws ClientError if no command could have a variable of this name */
function requireName(option: string, name: string): void {
  if (isCommandVariable(name)) return;
  throw new ClientError(
    `${option} ${name}: commands cannot have a variable of this name. A name has letters, digits and underscores, does not begin with a digit, and is none that belongs to the shell, such as UID.`,
  );
}
