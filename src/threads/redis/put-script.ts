import { storeMessages } from "./messages-script.ts";

/**
 * Stores a checkpoint with its new values and deletes what only older checkpoints needed. Atomic, because no other
 * replica may see or change the thread in between. Returns the ids of missing messages; if there are any, nothing was
 * changed.
 *
 * The list of all threads is kept too. Nothing else depends on it, so an error there is ignored.
 *
 * KEYS: ids, values, namespaces, the checkpoint, messages, ids with writes, all threads.
 * ARGV: id, namespace, versions as JSON, parent, checkpoint, metadata, how many to keep (0: all), time to live in ms,
 *       prefix of the checkpoints' keys, prefix of the writes' keys, thread, current time in ms, then messages, then
 *       field and value of each new channel value.
 */
export const PUT_SCRIPT = `
local ids, values, namespaces, checkpoint = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local idsWithWrites = KEYS[6]
local keep, ttl = tonumber(ARGV[7]), tonumber(ARGV[8])
${storeMessages("KEYS[5]", 13)}
redis.call("HSET", checkpoint, "versions", ARGV[3], "parent", ARGV[4], "checkpoint", ARGV[5], "metadata", ARGV[6])
for i = next, #ARGV, 2 do redis.call("HSET", values, ARGV[i], ARGV[i + 1]) end
redis.call("ZADD", ids, 0, ARGV[1])
redis.call("SADD", namespaces, ARGV[2])
if keep > 0 then
  local oldest = redis.call("ZREVRANGE", ids, keep - 1, keep - 1)[1]
  for _, id in ipairs(redis.call("SMEMBERS", idsWithWrites)) do
    if oldest and id < oldest then
      redis.call("SREM", idsWithWrites, id)
      redis.call("DEL", ARGV[10] .. id)
    end
  end
  local old = redis.call("ZREVRANGE", ids, keep, -1)
  for _, id in ipairs(old) do
    redis.call("ZREM", ids, id)
    redis.call("DEL", ARGV[9] .. id, ARGV[10] .. id)
  end
  if #old > 0 then
    local used = {}
    for _, id in ipairs(redis.call("ZRANGE", ids, 0, -1)) do
      local versions = redis.call("HGET", ARGV[9] .. id, "versions")
      if versions then
        for channel, version in pairs(cjson.decode(versions)) do used[channel .. "\\0" .. version] = true end
      end
    end
    for _, field in ipairs(redis.call("HKEYS", values)) do
      if not used[field] then redis.call("HDEL", values, field) end
    end
  end
end
for i = 1, 6 do redis.call("PEXPIRE", KEYS[i], ttl) end
for _, id in ipairs(redis.call("ZRANGE", ids, 0, -1)) do
  redis.call("PEXPIRE", ARGV[9] .. id, ttl)
  redis.call("PEXPIRE", ARGV[10] .. id, ttl)
end
redis.pcall("ZADD", KEYS[7], tonumber(ARGV[12]) + ttl, ARGV[11])
redis.pcall("ZREMRANGEBYSCORE", KEYS[7], 0, ARGV[12])
return {}
`;

/**
 * Stores the writes of a task. Returns the same as {@link PUT_SCRIPT}.
 *
 * KEYS: the writes, messages, namespaces, ids with writes.
 * ARGV: time to live in ms, id, namespace, then messages, then for each write whether it replaces an existing one ("1"),
 *       its field and its value.
 */
export const PUT_WRITES_SCRIPT = `
${storeMessages("KEYS[2]", 4)}
for i = next, #ARGV, 3 do
  redis.call(ARGV[i] == "1" and "HSET" or "HSETNX", KEYS[1], ARGV[i + 1], ARGV[i + 2])
end
redis.call("SADD", KEYS[3], ARGV[3])
redis.call("SADD", KEYS[4], ARGV[2])
for _, key in ipairs(KEYS) do redis.call("PEXPIRE", key, tonumber(ARGV[1])) end
return {}
`;
