/**
 * Everything at once, at a steady rate, whether or not the server keeps up: announcements, questions and requests.
 */
import { PREFIX } from './database.js';
/** In a second. */
const ANNOUNCEMENTS = 50_000;
const QUESTIONS = 50_000;
const REQUESTS = 1_000;
const DURATION_MS = 20_000;
/** @param users How many users are online, and ask. */
export async function mixLoad(generator, subject, users) {
    const { tcp, udp } = subject.ports;
    const before = await subject.sample();
    const outcome = await generator.run({
        kind: 'mixed',
        set: { kind: 'SET', port: udp, ms: DURATION_MS, prefix: PREFIX, users, rate: ANNOUNCEMENTS },
        get: { kind: 'GET', port: udp, ms: DURATION_MS, prefix: PREFIX, users, rate: QUESTIONS },
        tcp: { port: tcp, ms: DURATION_MS, rate: REQUESTS },
    });
    const after = await subject.sample();
    return {
        questions: outcome.requests,
        lostPart: outcome.errors / outcome.requests,
        p50Ms: outcome.p50,
        p99Ms: outcome.p99,
        p999Ms: outcome.p999,
        requests: outcome.beside?.requests ?? 0,
        tcpErrors: outcome.beside?.errors ?? 0,
        cpuPart: (after.cpuUs - before.cpuUs) / 1_000 / DURATION_MS,
        loadBusy: outcome.busy,
        loopDelayMs: after.loopDelayMs,
    };
}
