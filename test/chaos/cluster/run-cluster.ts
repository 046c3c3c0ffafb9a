/**
 * Runs with several servers: the real run, which must lose nothing, and the controls, which must lose
 * acknowledged changes.
 */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Teardowns } from '../../helpers/guarded-directory.js';
import { Random } from '../../helpers/random.js';
import { Bag } from '../bag.js';
import { leftovers, resources } from '../leftovers.js';
import { pause, stoppable, until } from '../pause.js';
import { count, Tally } from '../tally.js';
import { ClusterTally } from './cluster-tally.js';
import { verifyDatabase, verifyServers } from './cluster-verification.js';
import { ClusterWorld } from './cluster-world.js';
import type { Control } from './controls.js';
import { ONE_NAMED } from './database.js';
import { DATABASE_FAULTS, type DatabaseFault, FIRST_FAULT, type Scene } from './database-faults.js';
import { isSeen } from './presence-probe.js';
import { disturbServers } from './server-faults.js';

/** How long a fault lasts, in milliseconds. Servers wait 3 s for an answer, and 8 s for a commit. */
const LEAST_HOLD_MS = 200;
const LONGEST_HOLD_MS = 5_000;

/** Longest pause between two faults, in milliseconds. */
const PAUSE_MS = 1_000;

/** If the servers acknowledge this many more changes, commits are not blocked. */
const SOME_CHANGES = 50;

/** Longest waits for these changes, in milliseconds. */
const BLOCKED_TIMEOUT_MS = 30_000;
const GOING_ON_TIMEOUT_MS = 6_000;

/** Interval between two checks whether commits are blocked, in milliseconds. */
const LOOK_MS = 50;

/** The longest run of a control, in milliseconds. The control must have lost a change by then. */
const CONTROL_TIMEOUT_MS = 120_000;

export interface ClusterRun {
  readonly tally: Tally;
  readonly counts: ClusterTally;
}

export interface RunOptions {
  readonly seed: number;
  /** Ends the run early. */
  readonly stop: AbortSignal;
}

/** Disturbs databases and servers for some seconds. The tally has all faults. */
export async function runCluster(seconds: number, options: RunOptions): Promise<ClusterRun> {
  return withWorld(ONE_NAMED, options, async (world, scene, run) => {
    const { tally, counts } = run;
    const over = stoppable();
    const random = scene.random.fork('faults');
    const stopWork = world.keepBusy();
    const disturbing = disturbServers(world.servers, random.fork('servers'), counts, over.signal);
    const timer = setTimeout(() => over.abort(), seconds * 1_000);
    const stopFaults = () => over.abort();
    options.stop.addEventListener('abort', stopFaults);
    if (options.stop.aborted) stopFaults();
    try {
      await disturbDatabase(world, scene, run, over.signal);
    } finally {
      clearTimeout(timer);
      options.stop.removeEventListener('abort', stopFaults);
      over.abort();
      await disturbing;
    }
    const isServed = await world.waitForRecovery();
    await stopWork();
    await verifyDatabase(world, tally);
    if (isServed) await verifyServers(world, random, tally);
    if (options.stop.aborted) return;
    if (counts.doubts === 0) tally.blame('unproven', 'no commit was in doubt');
    if (counts.failoversInDoubt === 0) tally.blame('unproven', 'no commit was in doubt during a failover');
  });
}

/** Repeats the fault of a control until the ledgers find a loss, or the time limit is reached. */
export async function runControl(control: Control, options: RunOptions): Promise<ClusterRun> {
  const deadlineMs = performance.now() + CONTROL_TIMEOUT_MS;
  return withWorld(control.namesOf, options, async (world, scene, { tally, counts }) => {
    while (tally.faults('loss') === 0 && performance.now() < deadlineMs && !options.stop.aborted) {
      const stopWork = world.keepBusy();
      await world.waitForRecovery();
      count(counts.faults, control.faultName);
      await control.fault(scene);
      await world.waitForRecovery();
      await stopWork();
      await verifyDatabase(world, tally);
    }
  });
}

type Disturb = (world: ClusterWorld, scene: Scene, run: ClusterRun) => Promise<void>;

async function withWorld(
  namesOf: Control['namesOf'],
  { seed, stop }: RunOptions,
  disturb: Disturb,
): Promise<ClusterRun> {
  const before = resources();
  const [tally, counts, random] = [new Tally(), new ClusterTally(), new Random(seed)];
  const teardowns = new Teardowns();
  try {
    const world = await ClusterWorld.start(teardowns, { namesOf, random, tally, counts });
    try {
      await disturb(world, sceneOf(world, random, tally, stop), { tally, counts });
    } finally {
      counts.failovers = world.database.failovers;
      counts.races = world.races.length;
      await world.end();
    }
  } catch (error) {
    tally.blame('hang', error instanceof Error ? `${error.stack}` : String(error));
  } finally {
    await teardowns.run();
  }
  for (const leftover of await leftovers(before, join(tmpdir(), 'im-'))) tally.blame('leftover', leftover);
  return { tally, counts };
}

/** Disturbs the database until `time` is aborted, and lets it recover after each fault. */
async function disturbDatabase(
  world: ClusterWorld,
  scene: Scene,
  { tally, counts }: ClusterRun,
  time: AbortSignal,
): Promise<void> {
  const { random } = scene;
  const bag = new Bag([...DATABASE_FAULTS.keys()]);
  for (let name = FIRST_FAULT; !time.aborted; name = bag.draw(random, () => true) as string) {
    const [failovers, doubts] = [world.database.failovers, counts.doubts];
    count(counts.faults, name);
    await (DATABASE_FAULTS.get(name) as DatabaseFault)(scene);
    if (!(await world.waitForRecovery())) return;
    if (world.database.failovers > failovers && counts.doubts > doubts) counts.failoversInDoubt += 1;
    const at = random.pick(world.servers);
    const from = random.pick(world.servers.filter((server) => server !== at));
    if (await isSeen(world.probed, at.port, from.port)) counts.announcementsSeen += 1;
    else tally.blame('hang', `an announcement at ${at.name} is not seen at ${from.name}`);
    await pause(random.between(0, PAUSE_MS), time);
  }
}

function sceneOf({ database }: ClusterWorld, random: Random, tally: Tally, stop: AbortSignal): Scene {
  const areAcknowledged = (before: number) => tally.acknowledged >= before + SOME_CHANGES;
  return {
    database,
    random: random.fork('database'),
    hold: () => pause(random.between(LEAST_HOLD_MS, LONGEST_HOLD_MS), stop),
    async untilBlocked() {
      const before = tally.acknowledged;
      const deadlineMs = performance.now() + BLOCKED_TIMEOUT_MS;
      while (!areAcknowledged(before) && !(await database.hasWaitingCommit())) {
        if (performance.now() > deadlineMs) throw new Error('no commit waits for the standby');
        await wait(LOOK_MS);
      }
    },
    async untilGoingOn() {
      const before = tally.acknowledged;
      await until(() => areAcknowledged(before), GOING_ON_TIMEOUT_MS);
    },
  };
}
