/**
 * The beginning of scripts that store values. Returns the ids of messages that are neither given nor stored, if there
 * are any; otherwise stores the given ones. `next` is the index of the argument that follows.
 *
 * ARGV from `first` on: number of given messages, id and value of each, number of further needed messages, their ids.
 */
export const storeMessages = (key: string, first: number) => `
local next = ${first}
local given = next + 1
local needed = given + 2 * tonumber(ARGV[next])
local missing = {}
for i = needed + 1, needed + tonumber(ARGV[needed]) do
  if redis.call("HEXISTS", ${key}, ARGV[i]) == 0 then missing[#missing + 1] = ARGV[i] end
end
if #missing > 0 then return missing end
for i = given, needed - 1, 2 do redis.call("HSET", ${key}, ARGV[i], ARGV[i + 1]) end
next = needed + tonumber(ARGV[needed]) + 1
`;

/**
 * Deletes messages that no value of the thread refers to. Atomic, because another replica may write at the same time.
 * Visits the writes of stored checkpoints too: an earlier version did not record which checkpoints have writes.
 *
 * KEYS: messages, namespaces. ARGV: prefixes of the keys of values, of ids, of ids with writes and of writes, the
 * separator.
 */
export const SWEEP_SCRIPT = `
local used = {}
local function keep(key)
  for _, value in ipairs(redis.call("HVALS", key)) do
    for id in string.gmatch(string.match(value, "^[^%z]*"), "[^,]+") do used[id] = true end
  end
end
for _, namespace in ipairs(redis.call("SMEMBERS", KEYS[2])) do
  keep(ARGV[1] .. namespace)
  local writes = ARGV[4] .. namespace .. ARGV[5]
  for _, id in ipairs(redis.call("ZRANGE", ARGV[2] .. namespace, 0, -1)) do keep(writes .. id) end
  for _, id in ipairs(redis.call("SMEMBERS", ARGV[3] .. namespace)) do keep(writes .. id) end
end
for _, id in ipairs(redis.call("HKEYS", KEYS[1])) do
  if not used[id] then redis.call("HDEL", KEYS[1], id) end
end
return 1
`;
