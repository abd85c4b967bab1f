/**
 * Another process that writes to a thread, as another replica does. It prints a line after each turn.
 * Arguments: the store as JSON, the thread, the number of turns, a mark for what it writes.
 */
import { HumanMessage } from "@langchain/core/messages";
import { openStore, type StoreAddress, talk } from "./thread-stores.ts";

const [address = "{}", threadId = "", turns = "0", mark = ""] = process.argv.slice(2);
const { store, close } = await openStore(JSON.parse(address) as StoreAddress);
for (let turn = 0; turn < Number(turns); turn++) {
  await talk(store, threadId, new HumanMessage(`${mark}-${turn}`)).catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exit(1);
  });
  process.stdout.write("written\n");
}
await close();
