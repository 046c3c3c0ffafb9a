/**
 * The load generator: a process that is told jobs over its IPC channel, and tells what came of each.
 */
import { loadTcp, loadTcpSteadily } from './tcp-load.js';
import { loadUdp } from './udp-load.js';
process.on('message', async (job) => {
    const cpu = process.cpuUsage();
    const startedMs = performance.now();
    const [main, beside] = await run(job);
    const { user, system } = process.cpuUsage(cpu);
    const busy = (user + system) / 1_000 / (performance.now() - startedMs);
    const { requests, errors, seconds, latencies } = main;
    const sorted = Float64Array.from(latencies).sort();
    const at = (part) => sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
    const percentiles = { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
    const outcome = { requests, errors, seconds, ...percentiles, busy };
    process.send?.(beside === undefined ? outcome : { ...outcome, beside: { ...beside, latencies: [] } });
});
async function run(job) {
    switch (job.kind) {
        case 'tcp':
            return [await loadTcp(job)];
        case 'mixed': {
            const [asked, requested] = await Promise.all([
                loadUdp(job.get),
                loadTcpSteadily(job.tcp),
                loadUdp(job.set),
            ]);
            return [asked, requested];
        }
        default:
            return [await loadUdp(job)];
    }
}
