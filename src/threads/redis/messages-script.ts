/**
 * The start of scripts that store values: ends them with the ids of parts that are neither given nor stored, and else
 * stores those that are given. `next` is the argument that follows.
 *
 * ARGV from `first` on: how many parts are given, id and value of each, how many are needed besides, their ids.
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
 * Lets go of parts that no value of the thread refers to: as a script, since another replica may write meanwhile.
 *
 * KEYS: parts, namespaces. ARGV: start of the keys of values, of ids and of writes, what is between namespace and id.
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
  for _, id in ipairs(redis.call("ZRANGE", ARGV[2] .. namespace, 0, -1)) do
    keep(ARGV[3] .. namespace .. ARGV[4] .. id)
  end
end
for _, id in ipairs(redis.call("HKEYS", KEYS[1])) do
  if not used[id] then redis.call("HDEL", KEYS[1], id) end
end
return 1
`;
