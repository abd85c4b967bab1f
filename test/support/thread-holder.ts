/**
 * A process of its own that asks for a thread and keeps it until it is killed. It says `asks`, and when it has it `has`.
 * Arguments: the store as JSON, the thread, the execution.
 */
import { openStore, type StoreAddress } from "./thread-stores.ts";

const [address = "{}", threadId = "", executionId = ""] = process.argv.slice(2);
const { store } = await openStore(JSON.parse(address) as StoreAddress);
process.stdout.write("asks\n");
await store.acquire(threadId, executionId, new AbortController().signal);
process.stdout.write("has\n");
setInterval(() => undefined, 1e6);
