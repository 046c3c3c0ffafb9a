/**
 * Measures the cost of the metrics: compares a server with `--metrics`, which is scraped every second, with a
 * server without `--metrics`.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../report.js';
import { compare, ROUND_MS, reportComparison, type Side } from './comparison.js';
import { makeDatabase, PREFIX } from './database.js';
import { Generator } from './generator.js';
import type { Job } from './load.js';
import { Subject } from './subject.js';
import type { TcpJob } from './tcp-load.js';

const USERS = 1_000;

/** The clients of the TCP load, each with one request at a time. */
const CLIENTS = 64;

/** Datagrams in a second. */
const RATE = 20_000;

/** The interval at which the metrics are read, in milliseconds. Prometheus reads them far less often. */
const SCRAPE_MS = 1_000;

/** The largest acceptable ratio of CPU time. */
const TARGET = 1.1;

/** How many request numbers a job reserves. A job uses fewer. */
const NUMBERS_PER_JOB = 1_000_000;

export async function benchMetrics(report: Report): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
  const generator = new Generator();
  const subjects: Subject[] = [];
  try {
    const [plain, watched] = [join(directory, 'plain'), join(directory, 'watched')];
    await Promise.all([plain, watched].map((data) => makeDatabase(data, USERS)));
    const without = await Subject.server(plain);
    subjects.push(without);
    const ours = await Subject.server(watched, '--metrics', '0');
    subjects.push(ours);
    report.section('CPU time for a request: with --metrics, scraped every second, against without');
    for (const [name, jobOf] of jobs()) {
      const other: Side = { subject: without, job: () => jobOf(without) };
      const side: Side = {
        subject: ours,
        job: () => jobOf(ours),
        background: async () => scrape(ours.ports.http),
      };
      reportComparison(report, await compare(generator, name, TARGET, side, other));
    }
  } finally {
    await Promise.all([generator, ...subjects].map((process) => process.stop()));
    await rm(directory, { recursive: true, force: true });
  }
}

function jobs(): readonly (readonly [name: string, jobOf: (subject: Subject) => Job])[] {
  let count = 0;
  const tcp =
    (requests: TcpJob['requests'], answer: string) =>
    ({ ports }: Subject): Job => {
      const first = NUMBERS_PER_JOB * count++;
      return { kind: 'tcp', port: ports.tcp, clients: CLIENTS, ms: ROUND_MS, requests, first, answer };
    };
  const udp =
    (kind: 'SET' | 'GET') =>
    ({ ports }: Subject): Job => {
      const users = { prefix: PREFIX, users: USERS / 2, registered: USERS };
      return { kind, port: ports.udp, ms: ROUND_MS, rate: RATE, ...users };
    };
  return [
    ['a request that is refused', tcp('refused', '201')],
    ['REG, durable', tcp('REG', '200')],
    ['SET', udp('SET')],
    ['GET, 20 buddies', udp('GET')],
  ];
}

/** Reads the metrics again and again. Returns a function that stops the reading. */
function scrape(port: number): () => Promise<void> {
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    last = fetch(`http://127.0.0.1:${port}/metrics`).then((response) => response.text());
  }, SCRAPE_MS);
  return async () => {
    clearInterval(timer);
    await last;
  };
}
