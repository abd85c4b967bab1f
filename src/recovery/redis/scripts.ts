/** Takes an execution over if its runner's key has expired. Returns 1 if it was taken. */
export const TAKE = `
local entry = redis.call("HGET", KEYS[1], ARGV[1])
if entry ~= ARGV[2] or redis.call("EXISTS", KEYS[2]) == 1 then return 0 end
redis.call("HSET", KEYS[1], ARGV[1], ARGV[3])
return 1`;

/** Whether an entry belongs to the runner whose prefix is the second argument. */
const IS_OWN = `
local entry = redis.call("HGET", KEYS[1], ARGV[1])
local own = entry and string.sub(entry, 1, string.len(ARGV[2])) == ARGV[2]`;

/** Removes an execution if it belongs to the runner. */
export const FORGET = `${IS_OWN}
if own then redis.call("HDEL", KEYS[1], ARGV[1]) end`;

/** Returns an execution to its former runner if it belongs to this one. */
export const GIVE_BACK = `${IS_OWN}
if own then redis.call("HSET", KEYS[1], ARGV[1], ARGV[3]) end`;
