/**
 * What Redis does with the hash, in Lua: atomic, on one key, and the same as `joinField`.
 *
 * Lua orders strings by the server's locale, and in some `aa` comes after `af`: the order of bytes is
 * found by looking at them.
 */
const order = `
local byte, sub, min = string.byte, string.sub, math.min

local function after(a, b)
  for at = 1, min(#a, #b) do
    local x, y = byte(a, at), byte(b, at)
    if x ~= y then return x > y end
  end
  return #a > #b
end

-- Eight hex digits are a number that Lua holds exactly; sixteen are not.
local function above(a, b, at)
  local x, y = sub(a, at, at + 7), sub(b, at, at + 7)
  if x == y then x, y = sub(a, at + 8, at + 15), sub(b, at + 8, at + 15) end
  return tonumber(x, 16) > tonumber(y, 16)
end

local function join_marks(a, b)
  local epoch, other = sub(a, 1, 8), sub(b, 1, 8)
  if epoch ~= other then return tonumber(epoch, 16) > tonumber(other, 16) and a or b end
  local lsn, xid = above(a, b, 9) and a or b, above(a, b, 25) and a or b
  if lsn == xid then return lsn end
  return epoch .. sub(lsn, 9, 24) .. sub(xid, 25)
end
`

/**
 * ARGV: witness or ''; the batch's name or '' if it comes whole; the part's number from 1; '1' for the
 * last part; how many tags; their fields and texts; the fields and texts of all else.
 *
 * Parts before the last one hold tags only. Each leaves its number under the batch's name, where the
 * next one finds it, so that no horizon claims tags which the server lost between two parts.
 *
 * Replies {0, horizon} if writes were lost, else {1, horizon, number of tags}.
 */
export const RAISE: string = `${order}
local key, batch, part, last = KEYS[1], ARGV[2], tonumber(ARGV[3]), ARGV[4] == '1'
local others = 6 + 2 * tonumber(ARGV[5])
local part_field = '_part:' .. batch

local horizon = redis.call('HGET', key, '_horizon')
local witness = ARGV[1]
if witness ~= '' and (not horizon or after(witness, sub(horizon, 1, 24))) then
  return {0, horizon}
end
if part > 1 and redis.call('HGET', key, part_field) ~= tostring(part - 1) then
  return {0, horizon}
end

local function raise(from, to)
  local fields = {}
  for at = from, to, 2 do fields[#fields + 1] = ARGV[at] end
  local held = redis.call('HMGET', key, unpack(fields))
  local changed = {}
  for index, field in ipairs(fields) do
    local was, now = held[index], ARGV[from + 2 * index - 1]
    if was then
      if field == '_floor' or sub(field, 1, 2) == 't:' then now = join_marks(was, now)
      elseif not after(now, was) then now = was end
    end
    if now ~= was then
      changed[#changed + 1] = field
      changed[#changed + 1] = now
    end
  end
  if #changed == 0 then return 0 end
  return redis.call('HSET', key, unpack(changed))
end

-- unpack takes so many and no more.
local function raise_all(from, to)
  local added = 0
  for at = from, to, 4000 do added = added + raise(at, min(at + 3999, to)) end
  return added
end

local added = raise_all(6, others - 1)
if added > 0 then redis.call('HINCRBY', key, '_tags', added) end
raise_all(others, #ARGV)
if not last then redis.call('HSET', key, part_field, part)
elseif part > 1 then redis.call('HDEL', key, part_field) end

local state = redis.call('HMGET', key, '_horizon', '_tags')
return {1, state[1], tonumber(state[2] or 0)}`

/**
 * ARGV: the floor; how many tags may stay. Raises the floor if there are more.
 * Replies with the floor to which tags may be removed, or nil.
 */
export const RAISE_FLOOR: string = `${order}
local state = redis.call('HMGET', KEYS[1], '_tags', '_floor')
if tonumber(state[1] or 0) <= tonumber(ARGV[2]) then return false end
local floor = state[2] and join_marks(state[2], ARGV[1]) or ARGV[1]
redis.call('HSET', KEYS[1], '_floor', floor)
return floor`

/**
 * ARGV: cursor; about how many fields to look at. Removes those tags among them that the floor of
 * this moment includes: of one that was lost there is none. Replies {next cursor, how many removed}.
 */
export const REMOVE_BELOW_FLOOR: string = `${order}
local key = KEYS[1]
local floor = redis.call('HGET', key, '_floor')
if not floor then return {'0', 0} end
local scanned = redis.call('HSCAN', key, ARGV[1], 'COUNT', ARGV[2])
local fields, below = scanned[2], {}
for at = 1, #fields, 2 do
  local field, text = fields[at], fields[at + 1]
  if sub(field, 1, 2) == 't:' and join_marks(text, floor) == floor then below[#below + 1] = field end
end
local removed = 0
for at = 1, #below, 4000 do
  removed = removed + redis.call('HDEL', key, unpack(below, at, min(at + 3999, #below)))
end
if removed > 0 then redis.call('HINCRBY', key, '_tags', -removed) end
return {scanned[1], removed}`
