/**
 * Compares the server with minimal Node.js servers.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../report.js';
import { allOf, atMost, labelled } from '../target.js';
import { announceAll } from './announcing.js';
import { compare, ROUND_MS, reportComparison, type Side } from './comparison.js';
import { LONG_LISTS, LONG_PREFIX, makeDatabase, PREFIX } from './database.js';
import { Generator } from './generator.js';
import { openIdle } from './idle.js';
import { type Mixed, mixLoad } from './mixed.js';
import { Subject } from './subject.js';
import { LISTS, type RequestKind, type TcpJob } from './tcp-load.js';
import { HAS_TWO_CORES } from './worker.js';

const FEW_USERS = 1_000;
const MANY_USERS = 1_000_000;
const IDLE = 10_000;

/** TCP clients; each sends one request at a time. */
const CLIENTS = 64;

/** Datagrams in a second: enough to arrive in bursts, but not too many for either server. */
const RATE = 20_000;
const LONG_RATE = 8_000;

/** How many request numbers a job reserves: an even number of rounds over all lists. A job uses fewer. */
const NUMBERS_PER_JOB = 40 * LISTS;

interface TcpScenario {
  readonly name: string;
  readonly target: number;
  readonly requests: RequestKind;
  /** The reply of our server; the bare server always replies 200. */
  readonly answer: string;
}

interface UdpScenario {
  readonly name: string;
  readonly target: number;
  readonly kind: 'SET' | 'GET';
  readonly prefix: string;
  /** The size of the bare server's answer: about the size of our server's answer. */
  readonly answerBytes: number;
  readonly rate: number;
}

type Scenario = TcpScenario | UdpScenario;

const SCENARIOS: readonly Scenario[] = [
  { name: 'REG, durable', target: 1.6, requests: 'REG', answer: '200' },
  { name: 'ADD and DEL, durable', target: 1.6, requests: 'ADD and DEL', answer: '200' },
  { name: 'a refused request', target: 1.5, requests: 'refused', answer: '201' },
  { name: 'SET', target: 1.5, kind: 'SET', prefix: PREFIX, answerBytes: 0, rate: RATE },
  { name: 'GET, 20 buddies', target: 1.8, kind: 'GET', prefix: PREFIX, answerBytes: 700, rate: RATE },
  {
    name: 'GET, 200 buddies',
    target: 2.5,
    kind: 'GET',
    prefix: LONG_PREFIX,
    answerBytes: 7_000,
    rate: LONG_RATE,
  },
];

/** The fractions of the full mixed load that are measured. */
const MIXED_PARTS = [1, 0.5, 0.25] as const;

/** The largest acceptable ratios of CPU time with idle connections, and with many users. */
const IDLE_TARGET = 1.1;
const MANY_TARGET = 1.15;

export async function benchSpeed(report: Report): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
  const bench = new SpeedBench(report, directory);
  try {
    if (!HAS_TWO_CORES) report.text('Only one core: the load generator slows down the server.');
    await bench.run();
  } finally {
    await bench.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

class SpeedBench {
  readonly #report: Report;
  readonly #directory: string;
  readonly #generator = new Generator();
  readonly #subjects: Subject[] = [];
  /** How many jobs each scenario has had. */
  readonly #jobs = new Map<string, number>();

  constructor(report: Report, directory: string) {
    this.#report = report;
    this.#directory = directory;
  }

  async run(): Promise<void> {
    const report = this.#report;
    const few = await this.#server(FEW_USERS);
    report.section('CPU time for a request: the server against the bare one');
    for (const scenario of SCENARIOS) {
      const bare = await this.#started(
        'requests' in scenario ? Subject.bareTcp() : Subject.bareUdp(scenario.answerBytes),
      );
      const { target } = scenario;
      await this.#compare(
        scenario,
        target,
        this.#side(scenario, few, FEW_USERS),
        this.#bareSide(scenario, bare),
      );
    }

    report.section(`The same, with ${IDLE.toLocaleString('en')} idle connections against without`);
    for (const scenario of SCENARIOS) {
      const without = this.#side(scenario, few, FEW_USERS);
      const withIdle = { ...without, background: () => openIdle(few.ports.tcp, IDLE) };
      await this.#compare(scenario, IDLE_TARGET, withIdle, without);
    }

    report.progress(`making ${MANY_USERS.toLocaleString('en')} users`);
    const many = await this.#server(MANY_USERS);
    const counts = `${MANY_USERS.toLocaleString('en')} users against ${FEW_USERS.toLocaleString('en')}`;
    report.section(`The same, with ${counts}, half of them online`);
    for (const scenario of SCENARIOS) {
      const sides = [this.#side(scenario, many, MANY_USERS), this.#side(scenario, few, FEW_USERS)] as const;
      await this.#compare(scenario, MANY_TARGET, ...sides);
    }

    report.section(`${(MANY_USERS / 2).toLocaleString('en')} users online, everything at once`);
    for (const part of MIXED_PARTS) {
      reportMixed(report, await mixLoad(this.#generator, many, MANY_USERS, part));
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.#generator, ...this.#subjects].map((process) => process.stop()));
  }

  async #started(starting: Promise<Subject>): Promise<Subject> {
    const subject = await starting;
    this.#subjects.push(subject);
    return subject;
  }

  /** Starts a server with a new database, and announces half of the users. */
  async #server(users: number): Promise<Subject> {
    const data = join(this.#directory, String(users));
    await makeDatabase(data, users);
    const server = await this.#started(Subject.server(data));
    await announceAll(this.#generator, server, users);
    return server;
  }

  async #compare(scenario: Scenario, target: number, ours: Side, other: Side): Promise<void> {
    reportComparison(this.#report, await compare(this.#generator, scenario.name, target, ours, other));
  }

  /** A side of a comparison with the load of a scenario. */
  #side(scenario: Scenario, subject: Subject, registered: number): Side {
    if ('requests' in scenario)
      return { subject, job: () => this.#tcpJob(scenario, subject, scenario.answer) };
    const { kind, prefix, rate } = scenario;
    const users = prefix === LONG_PREFIX ? LONG_LISTS : registered / 2;
    return {
      subject,
      job: () => ({ kind, port: subject.ports.udp, ms: ROUND_MS, prefix, users, registered, rate }),
      ...(kind === 'GET' && { prepare: () => announceAll(this.#generator, subject, registered) }),
    };
  }

  #bareSide(scenario: Scenario, subject: Subject): Side {
    if ('requests' in scenario) return { subject, job: () => this.#tcpJob(scenario, subject, '200') };
    const { job } = this.#side(scenario, subject, FEW_USERS);
    return { subject, job };
  }

  #tcpJob({ name, requests }: TcpScenario, { ports }: Subject, answer: string): TcpJob {
    const job = this.#jobs.get(name) ?? 0;
    this.#jobs.set(name, job + 1);
    const first = job * NUMBERS_PER_JOB;
    return { kind: 'tcp', port: ports.tcp, clients: CLIENTS, ms: ROUND_MS, requests, first, answer };
  }
}

function reportMixed(report: Report, mixed: Mixed): void {
  const { part, lostPart, p50Ms, p99Ms, p999Ms, tcpErrors, cpuPart, loadBusy, loopDelayMs } = mixed;
  const latency = [p50Ms, p99Ms, p999Ms].map((ms) => ms.toFixed(1)).join('/');
  const cores = `server ${Math.round(cpuPart * 100)} % of a core, load ${Math.round(loadBusy * 100)} %`;
  const shown = `${(lostPart * 100).toFixed(3)} % lost, ${latency} ms`;
  const details = `${tcpErrors} TCP errors, ${cores}, loop ${loopDelayMs.toFixed(0)} ms`;
  const target = allOf(atMost(lostPart * 100, 0.1, '% lost'), labelled('p99', atMost(p99Ms, 20, 'ms')));
  report.result(`${part} times 50,000 SET, 50,000 GET, 1,000 TCP/s`, { ...mixed }, shown, {
    details,
    // Smaller fractions have no target: they show where the limit is.
    ...(part === 1 && { target }),
  });
}
