/**
 * Measures several servers on one directory in PostgreSQL, with a synchronous standby on the same machine:
 * `npm run bench -- --only cluster`.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Teardown, Teardowns } from '../../test/helpers/guarded-directory.js';
import { isThere } from '../../test/helpers/installed.js';
import { POSTGRES_SERVER, type Postgres } from '../../test/helpers/postgres.js';
import { median } from '../median.js';
import type { Report } from '../report.js';
import { announceAll } from '../speed/announcing.js';
import { compare, ROUND_MS, reportComparison, type Side } from '../speed/comparison.js';
import { ownerOf, PREFIX } from '../speed/database.js';
import { Generator } from '../speed/generator.js';
import { timeUntil } from '../speed/start.js';
import { Subject } from '../speed/subject.js';
import { Worker } from '../speed/worker.js';
import { type Rate, reportRate } from '../waiting-clients.js';
import { measureDelay, measureRecords } from './bus-cost.js';
import { fillBoth, fillMany, startPrimary } from './directories.js';
import type { StoreJob } from './store-process.js';

const STORE = fileURLToPath(new URL('./store-process.js', import.meta.url));
const SERVER = fileURLToPath(new URL('../../../bin/im-server', import.meta.url));

/** How many servers make changes, and how many clients wait at each of them. */
const SERVERS = [1, 2, 4] as const;
const CLIENTS = [1, 64, 512] as const;

/** How long changes are measured, in milliseconds. */
const CHANGES_MS = 3_000;

const FEW_USERS = 1_000;
const MANY_USERS = 1_000_000;

const STARTS = 3;

/** How many GETs are sent in a second, how many pairs of rounds are measured, and the ratio's target. */
const GET_RATE = 10_000;
const GET_ROUNDS = 15;
const GET_TARGET = 1.1;

/** @param program The path of PostgreSQL's server program. If there is no such file, nothing is measured. */
export async function benchCluster(report: Report, program = POSTGRES_SERVER): Promise<void> {
  if (!isThere(program)) {
    report.section('Several servers');
    report.result('skipped', { skipped: true }, `PostgreSQL 15 is not installed: no ${program}`);
    return;
  }
  const ends = new Teardowns();
  try {
    const folder = await mkdtemp(join(tmpdir(), 'im-bench-'));
    ends.teardown(() => rm(folder, { recursive: true, force: true }));
    const primary = await startPrimary(ends);
    await benchChanges(report, primary, ends);
    await benchStart(report, primary, ends);
    await benchPresence(report, primary, ends, folder);
  } finally {
    await ends.run();
  }
}

async function benchChanges(report: Report, primary: Postgres, ends: Teardown): Promise<void> {
  report.section('Several servers: changes made durable on the primary and its standby');
  const url = await primary.makeDirectory(ends);
  for (const servers of SERVERS) {
    const name = servers === 1 ? '1 server' : `${servers} servers, each`;
    const stores = Array.from({ length: servers }, () => new Worker([STORE]));
    try {
      for (const clients of CLIENTS) {
        const job: StoreJob = { url, clients, ms: CHANGES_MS };
        const rates = await Promise.all(stores.map((store) => store.ask<Rate>(job)));
        reportRate(report, `${name} with ${clients} waiting`, inAll(rates));
      }
    } finally {
      await Promise.all(stores.map((store) => store.stop()));
    }
  }
}

/** The sum of the rates, with the latencies of the slowest server. */
function inAll(rates: readonly Rate[]): Rate {
  return {
    perSecond: rates.reduce((sum, { perSecond }) => sum + perSecond, 0),
    p50: Math.max(...rates.map(({ p50 }) => p50)),
    p99: Math.max(...rates.map(({ p99 }) => p99)),
  };
}

async function benchStart(report: Report, primary: Postgres, ends: Teardown): Promise<void> {
  report.progress(`making ${MANY_USERS.toLocaleString('en')} users`);
  const url = await primary.makeDirectory(ends);
  await fillMany(primary, url, MANY_USERS);
  report.section(`Several servers: start with ${MANY_USERS.toLocaleString('en')} users in the directory`);
  const ports = ['--host', '127.0.0.1', '--tcp-port', '0', '--udp-port', '0'];
  const server = [SERVER, ...ports, '--log-level', 'error', '--directory', url, '--warm-up', '0'];
  const times: number[] = [];
  for (let start = 0; start < STARTS; start++) times.push(await timeUntil('im-server ready', server));
  const ms = median(times);
  report.result('im-server, ready, without warm-up', { ms }, `${Math.round(ms).toLocaleString('en')} ms`);
}

async function benchPresence(
  report: Report,
  primary: Postgres,
  ends: Teardown,
  folder: string,
): Promise<void> {
  const url = await primary.makeDirectory(ends);
  const data = await fillBoth(folder, url, FEW_USERS);
  const generator = new Generator();
  ends.teardown(() => generator.stop());
  const started = async (starting: Promise<Subject>) => {
    const subject = await starting;
    ends.teardown(() => subject.stop());
    return subject;
  };
  const plain = await started(Subject.server(data));
  const sender = await started(Subject.sharing(url));
  const receiver = await started(Subject.sharing(url));

  report.section('Several servers: from a SET at one server to a GET at another');
  const first = Array.from({ length: FEW_USERS }, (_, user) => user).find(
    (user) => ownerOf(user, FEW_USERS) === 0,
  );
  await measureDelay(report, sender, receiver, { buddy: `${PREFIX}${first}`, owner: `${PREFIX}0` });

  report.section('Several servers: CPU time of an announcement on the bus');
  await measureRecords(report, generator, { plain, sender, receiver }, FEW_USERS);

  report.section('Several servers: CPU time for a request, against a server with a data directory');
  const [ours, other] = [sideOf(generator, sender), sideOf(generator, plain)];
  const get = await compare(generator, 'GET, 20 buddies', GET_TARGET, ours, other, GET_ROUNDS);
  reportComparison(report, get);
}

/** A side of the comparison of GET: half of the users are online, and ask for their lists. */
function sideOf(generator: Generator, subject: Subject): Side {
  return {
    subject,
    job: () => ({
      ...{ kind: 'GET', port: subject.ports.udp, ms: ROUND_MS, rate: GET_RATE },
      ...{ prefix: PREFIX, users: FEW_USERS / 2, registered: FEW_USERS },
    }),
    prepare: () => announceAll(generator, subject, FEW_USERS),
  };
}
