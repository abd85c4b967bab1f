/** Takes an execution over where its runner does not live: `1` where that was done. */
export const TAKE = `
local entry = redis.call("HGET", KEYS[1], ARGV[1])
if entry ~= ARGV[2] or redis.call("EXISTS", KEYS[2]) == 1 then return 0 end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3])
return 1`;

/** Whether an entry is the runner's whose mark is the second word. */
const IS_OWN = `
local entry = redis.call("HGET", KEYS[1], ARGV[1])
local own = entry and string.sub(entry, 1, string.len(ARGV[2])) == ARGV[2]`;

/** Removes an execution, where it is the runner's. */
export const FORGET = `${IS_OWN}
if own then redis.call("HDEL", KEYS[1], ARGV[1]) end`;

/** Notes an execution as the former runner's again, where it is this one's. */
export const GIVE_BACK = `${IS_OWN}
if own then redis.call("HSET", KEYS[1], ARGV[1], ARGV[3]) end`;
