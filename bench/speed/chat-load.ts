/**
 * Measures a chat between two real clients: how long a line takes, and whether 50,000 lines at once arrive.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { UserId } from '../../protocol/id.js';
import { openTextStore } from '../../storage/text/text-store.js';
import { median } from '../median.js';
import type { Report } from '../report.js';
import { atMost } from '../target.js';
import { BURST_LINES, CALLED, CALLER, PAUSE_MS, TIMED_LINES } from './buddies.js';
import type { Sample } from './probe.js';
import { Subject } from './subject.js';
import { Worker } from './worker.js';

/** How long the receiver's output is not read while the burst arrives, in milliseconds. */
const READER_PAUSE_MS = 3_000;

const CLIENT = fileURLToPath(new URL('../../../bin/im-client', import.meta.url));
const PROBE = new URL('./probe.js', import.meta.url).href;

class Client {
  readonly #worker: Worker;
  #output = '';
  #onOutput: () => void = () => {};

  constructor(server: Subject, user: UserId) {
    const { tcp, udp } = server.ports;
    const ports = ['--server', '127.0.0.1', '--tcp-port', String(tcp), '--udp-port', String(udp)];
    const args = ['--import', PROBE, CLIENT, '--plain', '--no-history', '--user', user, ...ports];
    this.#worker = new Worker(args, { hasInput: true });
    this.#worker.process.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.#output += text;
      this.#onOutput();
    });
  }

  type(text: string): void {
    this.#worker.process.stdin?.write(text);
  }

  /** Waits until the output contains a text, and drops the output up to the end of that text. */
  async until(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      const printed = new Promise<void>((resolve) => {
        this.#onOutput = resolve;
      });
      await this.#worker.orExit(printed);
    }
    this.#output = this.#output.slice(this.#output.indexOf(text) + text.length);
  }

  /** Stops reading the output for a while. */
  async pauseReading(ms: number): Promise<void> {
    this.#worker.process.stdout?.pause();
    await delay(ms);
    this.#worker.process.stdout?.resume();
  }

  async rssBytes(): Promise<number> {
    const { rssBytes } = await this.#worker.ask<Sample>({});
    return rssBytes;
  }

  stop(): Promise<void> {
    return this.#worker.stop();
  }
}

export async function benchChat(report: Report): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
  const running: { stop(): Promise<void> }[] = [];
  const started = <TProcess extends { stop(): Promise<void> }>(process: TProcess) => {
    running.push(process);
    return process;
  };
  try {
    const data = join(directory, 'data');
    await makeBuddies(data);
    const server = started(await Subject.server(data));
    const caller = started(new Client(server, CALLER));
    const called = started(new Client(server, CALLED));
    await Promise.all([caller.until('Your choice:'), called.until('Your choice:')]);
    await delay(200); // until the server knows the clients' ports
    caller.type(`M\n${CALLED}\n`);
    await called.until('(y/n)');
    called.type('y\n');
    await caller.until('accepted');

    report.section('A chat between two clients');
    const p50 = await timeLines(caller, called);
    report.result('a line, from one to the other, p50', { ms: p50 }, `${p50.toFixed(2)} ms`, {
      target: atMost(p50, 1, 'ms'),
    });
    const seconds = await burst(caller, called, 0);
    const perSecond = Math.round(BURST_LINES / seconds);
    const lines = `${BURST_LINES.toLocaleString('en')} lines at once`;
    report.result(lines, { perSecond }, `complete, in order, ${perSecond.toLocaleString('en')}/s`);
    const before = await Promise.all([caller.rssBytes(), called.rssBytes()]);
    await burst(caller, called, READER_PAUSE_MS);
    const after = await Promise.all([caller.rssBytes(), called.rssBytes()]);
    const [callerMiB = 0, calledMiB = 0] = after.map(
      (bytes, at) => (bytes - (before[at] as number)) / 2 ** 20,
    );
    const shown = `complete, in order, ${callerMiB.toFixed(0)} and ${calledMiB.toFixed(0)} MiB more memory`;
    report.result(`${lines}, with a reader that pauses first`, { callerMiB, calledMiB }, shown);
  } finally {
    await Promise.all(running.map((process) => process.stop()));
    await rm(directory, { recursive: true, force: true });
  }
}

let bursts = 0;

/** Sends many lines at once, and reads them all after a pause; returns the duration in seconds. */
async function burst(from: Client, to: Client, pauseMs: number): Promise<number> {
  const name = `burst ${bursts++}`;
  const startedMs = performance.now();
  for (let line = 0; line < BURST_LINES; line++) from.type(`${name} line ${line}.\n`);
  if (pauseMs > 0) await to.pauseReading(pauseMs);
  for (let line = 0; line < BURST_LINES; line++) await to.until(`${name} line ${line}.`);
  return (performance.now() - startedMs) / 1_000;
}

/** The median time from one client's input to the other's output, in milliseconds. */
async function timeLines(from: Client, to: Client): Promise<number> {
  const times: number[] = [];
  for (let line = 0; line < TIMED_LINES; line++) {
    const startedMs = performance.now();
    from.type(`timed ${line}.\n`);
    await to.until(`timed ${line}.`);
    times.push(performance.now() - startedMs);
    await delay(PAUSE_MS);
  }
  return median(times);
}

/** Makes a database in which each of the two users is on the list of the other. */
async function makeBuddies(directory: string): Promise<void> {
  const store = await openTextStore(directory);
  await store.commit([
    { op: 'REG', id: CALLER },
    { op: 'REG', id: CALLED },
    { op: 'ADD', id: CALLER, buddy: CALLED },
    { op: 'ADD', id: CALLED, buddy: CALLER },
  ]);
  await store.close();
}
