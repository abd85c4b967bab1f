import { ANNOUNCED_TTL_MS } from "../ticket-store.ts";

/**
 * The queue of a thread in Redis: a sorted set of the executions in line, by when they were created, and for each a key
 * that says where it is. That key expires unless it is renewed, and with it the place in line. Who has the thread is
 * no longer in line; its token is in the lock.
 *
 * Scripts take the keys: lock, line, the execution's own place; and begin with the arguments: execution, token, start of
 * the keys of places, start of the channels of inboxes.
 */

/** In a place: the execution has not arrived. Else it names the inbox of the process that waits, or `-`, and the token. */
export const ANNOUNCED = "announced";
export const NO_INBOX = "-";
/** An unused line expires after this time. */
const LINE_TTL_MS = 3_600_000;

/** Sets `first` and `where` to the first in line and its place; `except` counts as being there. */
const FIRST = `
local function firstInLine(except)
  while true do
    local first = redis.call("ZRANGE", KEYS[2], 0, 0)[1]
    if not first then return nil end
    local where = redis.call("GET", ARGV[3] .. first)
    if where or first == except then return first, where end
    redis.call("ZREM", KEYS[2], first)
  end
end
`;

/** Calls a waiting execution. A user may lack the right to: then executions look by themselves. */
const CALL = `
local function call(execution, where)
  if where == "${ANNOUNCED}" then return end
  redis.pcall("PUBLISH", ARGV[4] .. string.match(where, "^[^ ]*"), KEYS[1] .. "\\n" .. execution)
end
`;

/** Wakes the first in line, where it waits and the thread is free. */
const WAKE = `
local function wake()
  if redis.call("EXISTS", KEYS[1]) == 1 then return end
  local first, where = firstInLine()
  if first then call(first, where) end
end
`;

/** Further arguments: order, time to live in ms. Does nothing where the execution has arrived already. */
export const ANNOUNCE = `
local holder = redis.call("GET", KEYS[1])
if holder and string.sub(holder, 1, #ARGV[1] + 1) == ARGV[1] .. ":" then return 0 end
local where = redis.call("GET", KEYS[3])
if where and where ~= "${ANNOUNCED}" then return 0 end
redis.call("ZADD", KEYS[2], "NX", ARGV[5], ARGV[1])
redis.call("PEXPIRE", KEYS[2], ${LINE_TTL_MS})
redis.call("SET", KEYS[3], "${ANNOUNCED}", "PX", ARGV[6])
return 1
`;

/**
 * Further arguments: order, time to live in ms, own inbox, for how many ms a free thread is left to others, whether also
 * where there are none ("1"), whether it was in line before ("1"), then the tokens that count for nothing. Answers with nothing where the thread is taken, else with why it is not, who is in the way, and
 * for how many ms that lasts at most unless it is renewed.
 */
export const CLAIM = `
${FIRST}${CALL}
local holder = redis.call("GET", KEYS[1])
local function take()
  redis.call("SET", KEYS[1], ARGV[2], "PX", ARGV[6])
  redis.call("ZREM", KEYS[2], ARGV[1])
  redis.call("DEL", KEYS[3])
  return {}
end
-- An earlier try may have been carried out without its answer having come.
if holder == ARGV[2] then return take() end
local announcedAgo = redis.call("GET", KEYS[3]) == "${ANNOUNCED}" and ${ANNOUNCED_TTL_MS} - redis.call("PTTL", KEYS[3]) or 0
local isNew = redis.call("ZADD", KEYS[2], "NX", ARGV[5], ARGV[1]) == 1
redis.call("PEXPIRE", KEYS[2], ${LINE_TTL_MS})
redis.call("SET", KEYS[3], ARGV[7] .. " " .. ARGV[2], "PX", ARGV[6])
if isNew and ARGV[10] == "1" then return { "emptied", "", 0 } end
local free = not holder
for i = 11, #ARGV do free = free or holder == ARGV[i] end
if not free then return { "held", string.match(holder, "^(.*):") or "", redis.call("PTTL", KEYS[1]) } end
local first, where = firstInLine(ARGV[1])
if first ~= ARGV[1] then
  if where == "${ANNOUNCED}" then return { "announced", first, redis.call("PTTL", ARGV[3] .. first) } end
  -- It could take the thread, and does not: its call may have been lost.
  call(first, where)
  return { "waiting", first, redis.call("PTTL", ARGV[3] .. first) }
end
local settle = tonumber(ARGV[8])
local isCrowded = ARGV[9] == "1" or redis.call("ZCARD", KEYS[2]) > 1
local wait = isCrowded and settle or math.min(announcedAgo, settle)
if wait > 0 then return { "early", "", wait } end
return take()
`;

/** Gives up the thread and the place in line, unless another attempt of the same execution has the latter. */
export const LEAVE = `
${FIRST}${CALL}${WAKE}
if redis.call("GET", KEYS[1]) == ARGV[2] then redis.call("DEL", KEYS[1]) end
local where = redis.call("GET", KEYS[3])
if not where or where == "${ANNOUNCED}" or string.match(where, " (.*)$") == ARGV[2] then
  redis.call("ZREM", KEYS[2], ARGV[1])
  redis.call("DEL", KEYS[3])
end
wake()
return 1
`;

/** Takes out of the line what has not arrived. */
export const WITHDRAW = `
${FIRST}${CALL}${WAKE}
if redis.call("GET", KEYS[3]) ~= "${ANNOUNCED}" then return 0 end
redis.call("ZREM", KEYS[2], ARGV[1])
redis.call("DEL", KEYS[3])
wake()
return 1
`;
