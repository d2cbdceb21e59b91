// Runs in its own process, so that the server's CPU time does not include sending the requests.
import autocannon from 'autocannon';

const options = JSON.parse(process.argv[2] ?? '{}');
const result = await autocannon(options);
const { requests, latency, errors, timeouts, non2xx } = result;
process.stdout.write(
  JSON.stringify({
    total: requests.total,
    perSecond: requests.average,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
    failed: errors + timeouts + non2xx,
  }),
);
