/**
 * A chat between two real clients: how long a line takes, and whether 50,000 at once arrive.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openTextStore } from '../../storage/text-store.js';
import { Subject } from './subject.js';
const CALLER = 'anna';
const CALLED = 'bert';
/** Lines that are timed, one after the other, and how far apart they are. */
const TIMED_LINES = 1_000;
const PAUSE_MS = 2;
const BURST_LINES = 50_000;
/** How long the reader reads nothing while the burst is on its way, in milliseconds. */
const ASLEEP_MS = 3_000;
const CLIENT = fileURLToPath(new URL('../../../bin/im-client', import.meta.url));
const PROBE = new URL('./probe.js', import.meta.url).href;
class Client {
    #child;
    #said = '';
    #heard = () => { };
    constructor(server, user) {
        const { tcp, udp } = server.ports;
        const ports = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
        this.#child = spawn(process.execPath, ['--import', PROBE, CLIENT, '--plain', '--user', user, ...ports], {
            stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
        });
        this.#child.stdout?.setEncoding('utf8').on('data', (text) => {
            this.#said += text;
            this.#heard();
        });
    }
    type(text) {
        this.#child.stdin?.write(text);
    }
    /** Waits until it says something that contains a text; what it said up to there is forgotten. */
    async until(text) {
        while (!this.#said.includes(text)) {
            await new Promise((resolve) => {
                this.#heard = resolve;
            });
        }
        this.#said = this.#said.slice(this.#said.indexOf(text) + text.length);
    }
    /** Reads nothing for a while. */
    async sleep(ms) {
        this.#child.stdout?.pause();
        await delay(ms);
        this.#child.stdout?.resume();
    }
    async rssBytes() {
        this.#child.send({});
        const [sample] = (await once(this.#child, 'message'));
        return sample.rssBytes;
    }
    async stop() {
        this.#child.kill('SIGKILL');
        await once(this.#child, 'exit');
    }
}
export async function benchChat(report) {
    const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
    const data = join(directory, 'data');
    await makeBuddies(data);
    const server = await Subject.server(data);
    const caller = new Client(server, CALLER);
    const called = new Client(server, CALLED);
    try {
        await Promise.all([caller.until('Your choice:'), called.until('Your choice:')]);
        await delay(200); // until the server knows where they take calls
        caller.type(`M\n${CALLED}\n`);
        await called.until('(y/n)');
        called.type('y\n');
        await caller.until('accepted');
        report.section('A chat between two clients');
        const p50 = await timeLines(caller, called);
        report.result('a line, from one to the other, p50', { ms: p50 }, `${p50.toFixed(2)} ms`, 'below 1 ms');
        const before = await Promise.all([caller.rssBytes(), called.rssBytes()]);
        const startedMs = performance.now();
        for (let line = 0; line < BURST_LINES; line++)
            caller.type(`line ${line}.\n`);
        await called.sleep(ASLEEP_MS);
        for (let line = 0; line < BURST_LINES; line++)
            await called.until(`line ${line}.`);
        const seconds = (performance.now() - startedMs - ASLEEP_MS) / 1_000;
        const after = await Promise.all([caller.rssBytes(), called.rssBytes()]);
        const grown = after.map((bytes, index) => Math.round((bytes - before[index]) / 2 ** 20));
        const perSecond = Math.round(BURST_LINES / seconds);
        report.result(`${BURST_LINES.toLocaleString('en')} lines at once, the reader asleep at first`, { perSecond, callerGrownMiB: grown[0], calledGrownMiB: grown[1] }, `complete, in order, ${perSecond.toLocaleString('en')}/s, ${grown.join(' and ')} MiB more memory`);
    }
    finally {
        await Promise.all([caller, called, server].map((process) => process.stop()));
        await rm(directory, { recursive: true, force: true });
    }
}
async function makeBuddies(directory) {
    const store = await openTextStore(directory);
    await store.commit([
        { op: 'REG', id: CALLER },
        { op: 'REG', id: CALLED },
        { op: 'ADD', id: CALLER, buddy: CALLED },
        { op: 'ADD', id: CALLED, buddy: CALLER },
    ]);
    await store.close();
}
/** The median time from one client's input to the other's output, in milliseconds. */
async function timeLines(from, to) {
    const times = [];
    for (let line = 0; line < TIMED_LINES; line++) {
        const startedMs = performance.now();
        from.type(`timed ${line}.\n`);
        await to.until(`timed ${line}.`);
        times.push(performance.now() - startedMs);
        await delay(PAUSE_MS);
    }
    return times.toSorted((a, b) => a - b)[TIMED_LINES >> 1];
}
