/**
 * The journal of running executions in Redis. Used by the cloud platform; never opens or closes the connection.
 * @module
 */
export { RedisJournal } from "./redis-journal.ts";
