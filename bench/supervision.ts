/**
 * The cost of supervision: `npm run bench`.
 *
 * It measures CPU time, so that other programs on the machine matter less. The measurements alternate in one
 * process:
 *
 * - the cost of a dynamic child, from its start to its end, beside 1 to 100,000 others;
 * - the cost that supervision adds to a short-lived actor, such as a connection;
 * - the cost of starting and stopping a child of a list, by the length of the list.
 */

import { type AnyActorRef, createActor } from 'xstate';
import { fromBehaviour } from '../supervision/behaviour.js';
import { child } from '../supervision/child-spec.js';
import { dynamicSupervisor } from '../supervision/dynamic-supervisor.js';
import type { LifecycleEvent } from '../supervision/lifecycle.js';
import { type RunningTree, run } from '../supervision/run.js';
import { supervisor } from '../supervision/supervisor.js';
import { median } from './median.js';
import type { Report } from './report.js';
import { atMost, type Target } from './target.js';

/** How many other children run while children are started and ended. */
const CROWDS = [1, 10, 100, 1_000, 10_000, 100_000] as const;

/** The lengths of lists, and how many children are started for each length in one round. */
const LISTS = [1_000, 10_000, 100_000] as const;
const LISTED = 100_000;

/** How many actors are started in a round, and how many rounds are measured. Results are medians. */
const ACTORS = 20_000;
const ROUNDS = 9;
const LIST_ROUNDS = 3;

type ExchangeEvent = { readonly type: 'request' } | { readonly type: 'reply' };

/** An actor as short-lived as a connection: it ends with its second event. */
const exchange = fromBehaviour<ExchangeEvent>((scope) => ({
  receive({ type }) {
    if (type === 'reply') scope.end();
  },
}));

/** Starts an actor and returns it. */
type Start = () => AnyActorRef;

/** The CPU time of one actor, in microseconds. */
function measure(start: Start): number {
  const before = process.cpuUsage();
  for (let actors = 0; actors < ACTORS; actors++) {
    const actor = start();
    actor.send({ type: 'request' });
    actor.send({ type: 'reply' });
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / ACTORS;
}

/** Returns a function that starts exchanges under a parent that only receives their end events. */
function unsupervised(): Start {
  const parent = createActor(fromBehaviour(() => ({ receive: () => {} }))).start();
  let actors = 0;
  return () => createActor(exchange, { parent, id: `exchange:${actors++}` }).start();
}

/**
 * Returns a function that starts exchanges under a dynamic supervisor two levels below the root, like the
 * server's connections.
 */
function supervised(crowd: number): Start {
  let connections: AnyActorRef | undefined;
  let latest: AnyActorRef | undefined;
  const template = { id: 'exchange', logic: exchange, restart: 'temporary' } as const;
  const inner = supervisor({
    strategy: 'rest_for_one',
    children: [
      child({ id: 'connections', logic: dynamicSupervisor({ template, limit: Number.POSITIVE_INFINITY }) }),
    ],
  });
  run(supervisor({ strategy: 'one_for_one', children: [child({ id: 'tcp', logic: inner })] }), {
    onEmitted(event: LifecycleEvent) {
      if (event.type !== 'child.started') return;
      latest = event.actor;
      if (event.id === 'connections') connections = event.actor;
    },
  });
  const start: Start = () => {
    connections?.send({ type: 'child.start', input: undefined });
    return latest as AnyActorRef;
  };
  for (let others = 0; others < crowd; others++) start();
  return start;
}

/**
 * Measures the start functions alternately, {@link ROUNDS} times. Returns their medians in the same order.
 */
function compare(starts: readonly Start[]): number[] {
  const rounds = Array.from({ length: ROUNDS }, () => starts.map(measure));
  return starts.map((_, index) => median(rounds.map((round) => round[index] as number)));
}

function reportCpu(report: Report, scenario: string, cpuUs: number, target?: Target): void {
  report.result(scenario, { cpuUs }, `${cpuUs.toFixed(2)} µs`, target && { target });
}

/** The CPU time for each child of a list, in microseconds. */
interface ListCost {
  readonly startUs: number;
  readonly stopUs: number;
}

async function cpuUsOf(action: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await action();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

/** Starts and stops lists of one length until {@link LISTED} children have been started. */
async function measureList(length: number): Promise<ListCost> {
  let [startUs, stopUs] = [0, 0];
  for (let listed = 0; listed < LISTED; listed += length) {
    const children = Array.from({ length }, (_, index) => child({ id: `c${index}`, logic: exchange }));
    const logic = supervisor({ children });
    let tree: RunningTree | undefined;
    startUs += await cpuUsOf(async () => {
      tree = run(logic);
      await tree.ready;
    });
    stopUs += await cpuUsOf(async () => {
      tree?.shutdown();
      await tree?.ended;
    });
  }
  return { startUs: startUs / LISTED, stopUs: stopUs / LISTED };
}

export async function benchSupervision(report: Report): Promise<void> {
  const [bare = 0, added = 0] = compare([unsupervised(), supervised(1)]);
  report.section('Supervision: an actor that lives for two events');
  reportCpu(report, 'without a supervisor', bare);
  reportCpu(report, 'under a dynamic supervisor', added);
  reportCpu(report, 'supervision adds', added - bare, atMost(added - bare, 3, 'µs'));

  report.section('Supervision: start and end of a dynamic child, by the number of other children');
  const costs = compare(CROWDS.map(supervised));
  for (const [index, crowd] of CROWDS.entries()) {
    reportCpu(report, crowd.toLocaleString('en'), costs[index] ?? Number.NaN);
  }
  const growth = (costs.at(-1) ?? Number.NaN) / (costs[0] ?? Number.NaN);
  report.result('100,000 children against one', { ratio: growth }, `${growth.toFixed(2)} times`, {
    details: 'flat is about 1',
  });

  report.section('Supervision: start and stop of a list, for each child, by the length of the list');
  const rounds: ListCost[][] = [];
  for (let round = 0; round < LIST_ROUNDS; round++) {
    const costs: ListCost[] = [];
    for (const length of LISTS) costs.push(await measureList(length));
    rounds.push(costs);
  }
  for (const [index, length] of LISTS.entries()) {
    const startUs = median(rounds.map((costs) => costs[index]?.startUs ?? Number.NaN));
    const stopUs = median(rounds.map((costs) => costs[index]?.stopUs ?? Number.NaN));
    const shown = `start ${startUs.toFixed(1)} µs, stop ${stopUs.toFixed(1)} µs`;
    report.result(length.toLocaleString('en'), { startUs, stopUs }, shown);
  }
}
