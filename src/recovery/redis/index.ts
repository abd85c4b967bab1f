export { RedisJournal } from "./redis-journal.ts";
