-- What a vault in use does: 80 % reads (pages, items, the dashboard, search), 20 % writes. For wrk:
--   TOKEN=... [ORG=...] wrk -t1 -c32 -d30s --latency -s test/bench/wrk/mix.lua http://127.0.0.1:8000
-- TOKEN is a session's, ORG the organisation if there are several. Use an organisation made for it:
-- items are created, changed and archived there (their name is "load test").
local token = assert(os.getenv("TOKEN"), "TOKEN is not set: that of a session, from POST /api/auth/login")
local headers = {["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json"}
if os.getenv("ORG") then headers["X-Org-Id"] = os.getenv("ORG") end

local fields = {}
for i, key in ipairs({"full_name", "passport_number", "country", "issue_date", "expiration_date", "place", "authority", "remark"}) do
    fields[i] = string.format('{"field_key":"%s","field_value":"%s"}', key, string.rep("c2VhbGVk", 8))
end
local values = '"fields":[' .. table.concat(fields, ",") .. "]"
local fresh = '{"category":"ids","subcategory":"passport","name":"load test","encryption_version":2,' .. values .. "}"
local change = "{" .. values .. "}"

local shown = {} -- ids of items that a page showed
local ours = {}  -- of those created here
local failed = 0

local function read(path) return wrk.format("GET", "/api/" .. path, headers) end
local function page() return read("items?limit=50") end
local function item() return #shown > 0 and read("items/" .. shown[math.random(#shown)]) or page() end
local function stats() return read("dashboard/stats") end
local function search() return read("search?q=passport") end
local function create() return wrk.format("POST", "/api/items", headers, fresh) end
local function patch()
    if #ours == 0 then return create() end
    return wrk.format("PATCH", "/api/items/" .. ours[math.random(#ours)], headers, change)
end
local function archive()
    if #ours < 100 then return create() end
    return wrk.format("DELETE", "/api/items/" .. table.remove(ours, 1), headers)
end

local mix = {{45, item}, {20, page}, {10, stats}, {5, search}, {8, create}, {8, patch}, {4, archive}}

function init(args) math.randomseed(os.time()) end

function request()
    local dice = math.random(100)
    for _, one in ipairs(mix) do
        dice = dice - one[1]
        if dice <= 0 then return one[2]() end
    end
end

function response(status, head, body)
    if status == 201 then
        ours[#ours + 1] = body:match('^{"id":"([%x-]+)"')
    elseif status == 200 and body:sub(1, 10) == '{"items":[' then
        shown = {}
        for id in body:gmatch('{"id":"([%x-]+)","org_id"') do shown[#shown + 1] = id end
    elseif status >= 400 and failed < 3 then
        failed = failed + 1
        print(status .. " " .. body)
    end
end
