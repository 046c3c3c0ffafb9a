/**
 * Measures the cost of the inspector: compares a server with `--inspect` with a server without `--inspect`.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../report.js';
import { compare, ROUND_MS, reportComparison } from './comparison.js';
import { makeDatabase, PREFIX } from './database.js';
import { Generator } from './generator.js';
import type { Job } from './load.js';
import { Subject } from './subject.js';

const USERS = 1_000;

/** Requests in a second. */
const RATE = 1_000;

/** The largest acceptable ratios of CPU time, with and without a browser. */
const WATCHED_TARGET = 2;
const UNWATCHED_TARGET = 1.1;

type JobOf = (subject: Subject) => Job;

const JOBS: ReadonlyMap<string, JobOf> = new Map<string, JobOf>([
  ['REG, durable', ({ ports }) => ({ kind: 'steady tcp', port: ports.tcp, ms: ROUND_MS, rate: RATE })],
  ['SET', (subject) => presenceJob(subject, 'SET')],
  ['GET, 20 buddies', (subject) => presenceJob(subject, 'GET')],
]);

function presenceJob({ ports }: Subject, kind: 'SET' | 'GET'): Job {
  return {
    kind,
    port: ports.udp,
    ms: ROUND_MS,
    prefix: PREFIX,
    users: USERS / 2,
    registered: USERS,
    rate: RATE,
  };
}

export async function benchInspection(report: Report): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
  const generator = new Generator();
  const subjects: Subject[] = [];
  try {
    const [plain, inspected] = [join(directory, 'plain'), join(directory, 'inspected')];
    await Promise.all([plain, inspected].map((data) => makeDatabase(data, USERS)));
    const without = await Subject.server(plain);
    subjects.push(without);
    const ours = await Subject.inspectedServer(inspected);
    subjects.push(ours);
    for (const isWatched of [false, true]) {
      const browser = isWatched ? 'and a browser' : 'and no browser';
      report.section(`CPU time for a request at ${RATE}/s: with --inspect ${browser}, against without`);
      for (const [name, jobOf] of JOBS) {
        const other = { subject: without, job: () => jobOf(without) };
        const side = { subject: ours, job: () => jobOf(ours) };
        const watched = isWatched ? { ...side, background: () => watch(ours.notice) } : side;
        reportComparison(
          report,
          await compare(generator, name, isWatched ? WATCHED_TARGET : UNWATCHED_TARGET, watched, other),
        );
      }
    }
  } finally {
    await Promise.all([generator, ...subjects].map((process) => process.stop()));
    await rm(directory, { recursive: true, force: true });
  }
}

/** Reads the event stream like a browser. Returns a function that ends the stream. */
async function watch(notice: string): Promise<() => Promise<void>> {
  const [, origin, token] = /(http:\S+)\/\?(token=\S+)/.exec(notice) ?? [];
  const ending = new AbortController();
  const { body } = await fetch(`${origin}/events?${token}`, { signal: ending.signal });
  const reading = body?.pipeTo(new WritableStream(), { signal: ending.signal });
  return async () => {
    ending.abort();
    await reading?.catch(() => {}); // the stream was aborted on purpose
  };
}
