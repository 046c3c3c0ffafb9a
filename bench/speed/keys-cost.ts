/**
 * Measures the cost of keys: sealed requests in comparison with requests in clear, the memory of sessions,
 * and how a flood of handshakes slows down clients without keys.
 */

import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { DatagramSeal, MATERIAL_BYTES } from '../../keys/datagram-seal.js';
import { DeviceCredentials } from '../../keys/device-credentials.js';
import { Identity } from '../../keys/identity.js';
import { SessionTable } from '../../machines/server/session-table.js';
import type { UserId } from '../../protocol/id.js';
import type { SessionId } from '../../protocol/sealed-datagram.js';
import { median } from '../median.js';
import type { Report } from '../report.js';
import { atMost } from '../target.js';
import { compare, ROUND_MS, reportComparison, type Side } from './comparison.js';
import { makeDatabase, PREFIX } from './database.js';
import { Generator } from './generator.js';
import type { Job } from './load.js';
import { Subject } from './subject.js';
import { LISTS } from './tcp-load.js';
import { HAS_TWO_CORES } from './worker.js';

const USERS = 1_000;

/** How many of the {@link USERS} are signed in. */
const ONLINE = 400;

/** How many clients send requests, and how many datagrams are sent in a second. */
const CLIENTS = 16;
const RATE = 4_000;

/** How many request numbers a job reserves: an even number of rounds over all lists. */
const NUMBERS_PER_JOB = 40 * LISTS;

/** The largest acceptable ratios of CPU time. A mutual handshake costs as much as 10 to 12 clear requests. */
const REQUEST_TARGET = 20;
const DATAGRAM_TARGET = 4;

const SESSIONS = 100_000;
const SESSION_TARGET_BYTES = 1_200;

/** How many ClientHellos are sent in a second, and how many clients without keys send requests. */
const FLOOD_RATE = 1_000;
const HONEST_CLIENTS = 4;
const FLOOD_ROUNDS = 7;

/** The largest acceptable p99 of requests in clear during the flood, divided by the p99 without the flood. */
const FLOOD_TARGET = 3;

/**
 * How long the flood runs before a measurement begins, in milliseconds. In this time, the flood uses up the
 * burst of handshakes that the server allows each address.
 */
const FLOOD_LEAD_MS = 500;

export async function benchKeys(report: Report): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
  const generator = new Generator();
  const flooder = new Generator();
  const subjects: Subject[] = [];
  const start = async (name: string, device?: DeviceCredentials, ...args: readonly string[]) => {
    const data = join(directory, name);
    await makeDatabase(data, USERS, device?.device);
    const subject = await Subject.server(data, ...args);
    subjects.push(subject);
    return subject;
  };
  try {
    if (!HAS_TWO_CORES) report.text('Only one core: the load generator slows down the server.');
    const device = DeviceCredentials.issue(Identity.create(), { nowMs: Date.now() });
    const [open, keyed] = [await start('open'), await start('keyed', device)];
    report.section('CPU time for a request: sealed, against in clear');
    for (const [name, target, sealed, clear] of scenariosOf(device, open, keyed)) {
      reportComparison(report, await compare(generator, name, target, sealed, clear));
    }
    reportMemory(report);
    await reportFlood(report, await start('flooded', undefined, '--limit-loopback'), generator, flooder);
  } finally {
    await Promise.all([generator, flooder, ...subjects].map((process) => process.stop()));
    await rm(directory, { recursive: true, force: true });
  }
}

type Scenario = readonly [name: string, target: number, sealed: Side, clear: Side];

function scenariosOf(credentials: DeviceCredentials, open: Subject, keyed: Subject): readonly Scenario[] {
  const device = credentials.toStored();
  let jobs = 0;
  const common = () => ({ clients: CLIENTS, ms: ROUND_MS, first: NUMBERS_PER_JOB * jobs++, answer: '200' });
  const clear = (job: (subject: Subject) => Job): Side => ({ subject: open, job: () => job(open) });
  const sealed = (job: (subject: Subject) => Job): Side => ({ subject: keyed, job: () => job(keyed) });
  const presence = (kind: 'SET' | 'GET'): readonly [Side, Side] => [
    sealed(({ ports }) => {
      return { kind: `sealed ${kind}`, ...ports, ms: ROUND_MS, users: ONLINE, rate: RATE, device };
    }),
    clear(({ ports }) => {
      const users = { prefix: PREFIX, users: ONLINE, registered: USERS };
      return { kind, port: ports.udp, ms: ROUND_MS, ...users, rate: RATE };
    }),
  ];
  const change = clear(({ ports }) => {
    return { kind: 'tcp', port: ports.tcp, ...common(), requests: 'ADD and DEL' };
  });
  const sealedChange = (requests: 'ADD and DEL' | 'LOG') =>
    sealed(({ ports }) => ({ kind: 'sealed tcp', port: ports.tcp, ...common(), requests, device }));
  return [
    ['ADD and DEL, durable', REQUEST_TARGET, sealedChange('ADD and DEL'), change],
    ['login (LOG), against ADD and DEL in clear', REQUEST_TARGET, sealedChange('LOG'), change],
    ['SET', DATAGRAM_TARGET, ...presence('SET')],
    ['GET, 20 buddies', DATAGRAM_TARGET, ...presence('GET')],
  ];
}

/**
 * Opens the sessions directly in a table like that of the `sessions` actor, because so many handshakes would
 * take minutes. The keys of the sessions are random, not exported from TLS.
 */
function reportMemory(report: Report): void {
  report.section(`Memory of ${SESSIONS.toLocaleString('en')} sealed sessions`);
  const before = usedBytes();
  const table = new SessionTable<DatagramSeal>();
  const device = DeviceCredentials.issue(Identity.create(), { nowMs: 0 }).device;
  for (let index = 0; index < SESSIONS; index++) {
    const login = {
      id: `${PREFIX}${index}` as UserId,
      device: { ...device, serial: index },
      address: `10.0.${index >> 8}.${index & 255}`,
      keys: new DatagramSeal(randomBytes(MATERIAL_BYTES), 'server'),
    };
    table.open(randomBytes(8).toString('hex') as SessionId, { kind: 'new' }, login, 0);
  }
  const bytes = (usedBytes() - before) / table.size;
  report.result('an idle session', { bytes }, `${Math.round(bytes).toLocaleString('en')} bytes`, {
    target: atMost(bytes, SESSION_TARGET_BYTES, 'bytes'),
  });
}

function usedBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

async function reportFlood(
  report: Report,
  subject: Subject,
  generator: Generator,
  flooder: Generator,
): Promise<void> {
  report.section(`Requests in clear during ${FLOOD_RATE.toLocaleString('en')} ClientHellos a second`);
  const { tcp } = subject.ports;
  let jobs = 0;
  const measure = async () => {
    const job = { clients: HONEST_CLIENTS, ms: 2 * ROUND_MS, first: NUMBERS_PER_JOB * jobs++, answer: '200' };
    return generator.run({ kind: 'tcp', port: tcp, ...job, requests: 'ADD and DEL' });
  };
  await measure();
  const rounds = [];
  for (let round = 0; round < FLOOD_ROUNDS; round++) {
    const without = await measure();
    const ms = FLOOD_LEAD_MS + 2 * ROUND_MS;
    const flooding = flooder.run({ kind: 'hello flood', port: tcp, ms, rate: FLOOD_RATE });
    await new Promise((resolve) => setTimeout(resolve, FLOOD_LEAD_MS));
    rounds.push({ without, flooded: await measure(), flood: await flooding });
  }
  const ratio = median(rounds.map(({ without, flooded }) => flooded.p99 / without.p99));
  const p99 = median(rounds.map(({ flooded }) => flooded.p99));
  const calmP99 = median(rounds.map(({ without }) => without.p99));
  const errors = rounds.reduce((sum, { flooded }) => sum + flooded.errors, 0);
  const handshakes = median(rounds.map(({ flood }) => flood.requests - flood.errors));
  report.result(
    'p99 of ADD and DEL',
    { ratio, p99, calmP99, errors, handshakes },
    `${ratio.toFixed(2)} times`,
    {
      details: `${p99.toFixed(1)} ms; without ${calmP99.toFixed(1)} ms; ${errors} errors`,
      target: atMost(ratio, FLOOD_TARGET),
    },
  );
}
