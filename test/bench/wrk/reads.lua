-- One path over and over, for finding a limit:
--   TOKEN=... [ORG=...] wrk -t1 -c64 -d30s --latency -s test/bench/wrk/reads.lua http://127.0.0.1:8000/api/items?limit=50
local token = assert(os.getenv("TOKEN"), "TOKEN is not set: that of a session, from POST /api/auth/login")
wrk.headers["Authorization"] = "Bearer " .. token
if os.getenv("ORG") then wrk.headers["X-Org-Id"] = os.getenv("ORG") end
