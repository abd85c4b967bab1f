import { ANNOUNCED_TTL_MS } from "../ticket-store.ts";

/**
 * The queue of a thread in Redis: a sorted set of the waiting executions by creation time, and for each an entry, a key
 * that says where it waits. An entry expires unless it is renewed; the execution then leaves the queue. The execution
 * that has the lock is not in the queue; the lock contains its token.
 *
 * All scripts take the keys of the lock, the queue and the execution's own entry, and the arguments execution, token,
 * prefix of the keys of entries, prefix of the channels of inboxes.
 */

/** An entry's value: announced (not arrived yet), or the inbox of the waiting process (`-`: none) and the claim's token. */
const ANNOUNCED = "announced";
export const NO_INBOX = "-";
/** An unused queue expires after this time. */
const QUEUE_TTL_MS = 3_600_000;

/** Returns the first execution in the queue and its entry. `except` counts even if its entry expired. */
const FIRST = `
local function firstInQueue(except)
  while true do
    local first = redis.call("ZRANGE", KEYS[2], 0, 0)[1]
    if not first then return nil end
    local entry = redis.call("GET", ARGV[3] .. first)
    if entry or first == except then return first, entry end
    redis.call("ZREM", KEYS[2], first)
  end
end
`;

/** Wakes a waiting execution by a message. The Redis user may lack the permission; executions then poll. */
const NOTIFY = `
local function notify(execution, entry)
  if entry == "${ANNOUNCED}" then return end
  redis.pcall("PUBLISH", ARGV[4] .. string.match(entry, "^[^ ]*"), KEYS[1] .. "\\n" .. execution)
end
`;

/** Wakes the first execution in the queue if the thread is free. */
const WAKE = `
local function wake()
  if redis.call("EXISTS", KEYS[1]) == 1 then return end
  local first, entry = firstInQueue()
  if first then notify(first, entry) end
end
`;

/**
 * Adds an execution that has not arrived yet to the queue. Further arguments: order, time to live in ms. Does nothing if
 * the execution has arrived already.
 */
export const ANNOUNCE = `
local holder = redis.call("GET", KEYS[1])
if holder and string.sub(holder, 1, #ARGV[1] + 1) == ARGV[1] .. ":" then return 0 end
local entry = redis.call("GET", KEYS[3])
if entry and entry ~= "${ANNOUNCED}" then return 0 end
redis.call("ZADD", KEYS[2], "NX", ARGV[5], ARGV[1])
redis.call("PEXPIRE", KEYS[2], ${QUEUE_TTL_MS})
redis.call("SET", KEYS[3], "${ANNOUNCED}", "PX", ARGV[6])
return 1
`;

/**
 * Tries to take the lock. Further arguments: order, time to live in ms, own inbox, remaining arrival delay in ms, whether the
 * delay applies without other waiters too ("1"), whether the claim was in the queue before ("1"), then tokens whose locks
 * are released. Returns nothing if the lock was taken; otherwise the reason, the blocking execution, and for how many ms
 * that lasts at most unless it is renewed.
 */
export const CLAIM = `
${FIRST}${NOTIFY}
local holder = redis.call("GET", KEYS[1])
local function take()
  redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[6])
  redis.call("ZREM", KEYS[2], ARGV[1])
  redis.call("DEL", KEYS[3])
  return {}
end
-- An earlier attempt may have succeeded although its reply was lost.
if holder == ARGV[2] then return take() end
local announcedAgo = redis.call("GET", KEYS[3]) == "${ANNOUNCED}" and ${ANNOUNCED_TTL_MS} - redis.call("PTTL", KEYS[3]) or 0
local isNew = redis.call("ZADD", KEYS[2], "NX", ARGV[5], ARGV[1]) == 1
redis.call("PEXPIRE", KEYS[2], ${QUEUE_TTL_MS})
redis.call("SET", KEYS[3], ARGV[7] .. " " .. ARGV[2], "PX", ARGV[6])
if isNew and ARGV[10] == "1" then return { "dropped", "", 0 } end
local free = not holder
for i = 11, #ARGV do free = free or holder == ARGV[i] end
if not free then return { "held", string.match(holder, "^(.*):") or "", redis.call("PTTL", KEYS[1]) } end
local first, entry = firstInQueue(ARGV[1])
if first ~= ARGV[1] then
  if entry == "${ANNOUNCED}" then return { "announced", first, redis.call("PTTL", ARGV[3] .. first) } end
  -- It could take the lock and does not: its wake-up may have been lost.
  notify(first, entry)
  return { "waiting", first, redis.call("PTTL", ARGV[3] .. first) }
end
local delay = tonumber(ARGV[8])
local hasOtherWaiters = redis.call("ZCARD", KEYS[2]) > 1
local wait = (hasOtherWaiters or ARGV[9] == "1") and delay or math.min(announcedAgo, delay)
if wait > 0 then return { "early", "", wait } end
return take()
`;

/** Releases the lock and removes the entry, unless it belongs to another attempt of the same execution. */
export const LEAVE = `
${FIRST}${NOTIFY}${WAKE}
if redis.call("GET", KEYS[1]) == ARGV[2] then redis.call("DEL", KEYS[1]) end
local entry = redis.call("GET", KEYS[3])
if not entry or entry == "${ANNOUNCED}" or string.match(entry, " (.*)$") == ARGV[2] then
  redis.call("ZREM", KEYS[2], ARGV[1])
  redis.call("DEL", KEYS[3])
end
wake()
return 1
`;

/** Removes an announced execution that has not arrived. */
export const WITHDRAW = `
${FIRST}${NOTIFY}${WAKE}
if redis.call("GET", KEYS[3]) ~= "${ANNOUNCED}" then return 0 end
redis.call("ZREM", KEYS[2], ARGV[1])
redis.call("DEL", KEYS[3])
wake()
return 1
`;
