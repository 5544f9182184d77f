-- Asks for one key after another, each thread from a place of its own. Arguments: a file with one path a line.
local requests, at, threads = {}, 0, 0

function setup(thread)
  thread:set("number", threads)
  threads = threads + 1
end

function init(arguments)
  for path in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
  at = number * 7919
end

function request()
  at = at + 1
  return requests[at % #requests + 1]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(
    string.format(
      'RESULT {"requests": %d, "bytes": %d, "seconds": %.6f, "p50_us": %d, "p99_us": %d, "broken": %d, "refused": %d}\n',
      summary.requests,
      summary.bytes,
      summary.duration / 1e6,
      latency:percentile(50),
      latency:percentile(99),
      errors.connect + errors.read + errors.write + errors.timeout,
      errors.status
    )
  )
end
