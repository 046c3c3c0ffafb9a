/**
 * How close the server is to the least that Node.js can do.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Report } from '../report.js';
import { type Comparison, compare, type Figures, ROUND_MS, type Side } from './comparison.js';
import { LONG_LISTS, LONG_PREFIX, makeDatabase, PREFIX } from './database.js';
import { Generator } from './generator.js';
import { openIdle } from './idle.js';
import { type Mixed, mixLoad } from './mixed.js';
import { HAS_TWO_CORES, Subject } from './subject.js';
import { LISTS, type RequestKind } from './tcp-load.js';

const FEW_USERS = 1_000;
const MANY_USERS = 1_000_000;
const IDLE = 10_000;

/** Clients that ask over TCP, each one request after the other. */
const CLIENTS = 64;

/** Datagrams in a second: so many that they come in bursts, and both servers can do them. */
const RATE = 20_000;
const LONG_RATE = 8_000;

/** Numbers of requests that a job has to itself: an even number of rounds over all lists, and more than it needs. */
const NUMBERS_PER_JOB = 40 * LISTS;

/** What a server is asked, and what the bare one must answer for that. */
type Scenario =
  | {
      readonly name: string;
      readonly target: number;
      readonly requests: RequestKind;
      readonly answer: string;
    }
  | {
      readonly name: string;
      readonly target: number;
      readonly kind: 'SET' | 'GET';
      readonly prefix: string;
      readonly answerBytes: number;
      readonly rate: number;
    };

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

/** How much more a request may cost beside idle connections, and with many users. */
const IDLE_TARGET = 1.1;
const MANY_TARGET = 1.15;

/** How many jobs each scenario had. */
const jobs = new Map<string, number>();

/** A server that is asked what a scenario says. `users` is how many there are; half of them are online. */
function side(scenario: Scenario, subject: Subject, users: number, answer?: string): Side {
  return {
    subject,
    job() {
      if ('requests' in scenario) {
        const { name, requests } = scenario;
        const job = jobs.get(name) ?? 0;
        jobs.set(name, job + 1);
        const first = job * NUMBERS_PER_JOB;
        const { tcp } = subject.ports;
        return {
          kind: 'tcp',
          port: tcp,
          clients: CLIENTS,
          ms: ROUND_MS,
          requests,
          first,
          answer: answer ?? scenario.answer,
        };
      }
      const { kind, prefix, rate } = scenario;
      const asked = prefix === LONG_PREFIX ? LONG_LISTS : users / 2;
      return { kind, port: subject.ports.udp, ms: ROUND_MS, prefix, users: asked, rate };
    },
  };
}

export async function benchSpeed(report: Report): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'im-bench-'));
  const generator = new Generator();
  const running: Subject[] = [];
  const started = async (subject: Promise<Subject>) => {
    running.push(await subject);
    return subject;
  };
  try {
    if (!HAS_TWO_CORES) report.text('There is no second core: the load and the server hinder each other.');
    const few = await started(serverWith(generator, join(directory, 'few'), FEW_USERS));

    report.section('CPU time for a request: the server against the bare one');
    for (const scenario of SCENARIOS) {
      const bare = await started(bareFor(scenario));
      const ours = side(scenario, few, FEW_USERS);
      tell(
        report,
        await compare(
          generator,
          scenario.name,
          scenario.target,
          ours,
          side(scenario, bare, FEW_USERS, '200'),
        ),
      );
    }

    report.section(`The same, beside ${IDLE.toLocaleString('en')} idle connections against without`);
    for (const scenario of SCENARIOS) {
      const without = side(scenario, few, FEW_USERS);
      const beside = { ...without, beside: () => openIdle(few.ports.tcp, IDLE) };
      tell(report, await compare(generator, scenario.name, IDLE_TARGET, beside, without));
    }

    report.progress(`making ${MANY_USERS.toLocaleString('en')} users`);
    const many = await started(serverWith(generator, join(directory, 'many'), MANY_USERS));
    report.section(
      `The same, with ${MANY_USERS.toLocaleString('en')} users against ${FEW_USERS.toLocaleString('en')}, half of them online`,
    );
    for (const scenario of SCENARIOS) {
      const sides = [side(scenario, many, MANY_USERS), side(scenario, few, FEW_USERS)] as const;
      tell(report, await compare(generator, scenario.name, MANY_TARGET, ...sides));
    }

    report.section(`${(MANY_USERS / 2).toLocaleString('en')} users online, everything at once`);
    tellMixed(report, await mixLoad(generator, many, MANY_USERS / 2));
  } finally {
    await Promise.all([generator, ...running].map((process) => process.stop()));
    await rm(directory, { recursive: true, force: true });
  }
}

/** A server with a database of so many users, of whom half are online. */
async function serverWith(generator: Generator, directory: string, users: number): Promise<Subject> {
  await makeDatabase(directory, users);
  const server = await Subject.server(directory);
  const online = users / 2;
  const rate = Math.max(RATE, online / 10);
  await generator.run({
    kind: 'SET',
    port: server.ports.udp,
    ms: (online / rate) * 1_000,
    prefix: PREFIX,
    users: online,
    rate,
  });
  return server;
}

function bareFor(scenario: Scenario): Promise<Subject> {
  return 'requests' in scenario ? Subject.bareTcp() : Subject.bareUdp(scenario.answerBytes);
}

function tell(report: Report, { scenario, target, ratio, ours, other, isGeneratorLimit }: Comparison): void {
  const shown = `${ratio.toFixed(2)} times  ${brief(ours)} | ${brief(other)}`;
  const limit = isGeneratorLimit ? '; the generator was the limit' : '';
  const figures = { ratio, isGeneratorLimit, ...prefixed('ours', ours), ...prefixed('other', other) };
  report.result(scenario, figures, shown + limit, `at most ${target}`);
}

function brief({ cpuUs, perSecond, p50Ms, p99Ms, p999Ms, errors, loopDelayMs }: Figures): string {
  const latency = Number.isNaN(p50Ms)
    ? ''
    : `, ${[p50Ms, p99Ms, p999Ms].map((ms) => ms.toFixed(1)).join('/')} ms`;
  const loop = `, loop ${loopDelayMs.toFixed(0)} ms`;
  return `${cpuUs.toFixed(1)} µs, ${Math.round(perSecond).toLocaleString('en')}/s${latency}${loop}${errors > 0 ? `, ${errors} errors` : ''}`;
}

function prefixed(prefix: string, figures: Figures): Record<string, number> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function tellMixed(report: Report, mixed: Mixed): void {
  const { lostPart, p50Ms, p99Ms, p999Ms, tcpErrors, cpuPart, loadBusy, loopDelayMs } = mixed;
  const latency = [p50Ms, p99Ms, p999Ms].map((ms) => ms.toFixed(1)).join('/');
  const shown = `${(lostPart * 100).toFixed(3)} % lost, ${latency} ms, ${tcpErrors} TCP errors, server ${Math.round(cpuPart * 100)} % of a core, load ${Math.round(loadBusy * 100)} %, loop ${loopDelayMs.toFixed(0)} ms`;
  report.result('SET, GET and TCP', { ...mixed }, shown, 'at most 0.1 % lost, p99 below 20 ms');
}
