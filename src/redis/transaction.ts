import type { ChainableCommander } from "ioredis";

/** Executes a transaction (MULTI). @throws the first error of its commands, which Redis only lists in the result */
export async function execTransaction(commands: ChainableCommander): Promise<void> {
  const results = await commands.exec();
  const failed = results?.find(([error]) => error !== null)?.[0];
  if (results === null || failed) throw failed ?? new Error("the transaction was not executed");
}
