/**
 * One run: starts a world, crashes its actors while it is busy, and verifies the result.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inspection } from '../../inspector/server/start-inspection.js';
import { openTextStore } from '../../storage/text/text-store.js';
import type { RunningTree } from '../../supervision/run.js';
import { Random } from '../helpers/random.js';
import { leftovers, resources } from './leftovers.js';
import { pause, stoppable, until } from './pause.js';
import type { Registry } from './registry.js';
import { sabotage } from './saboteur.js';
import { sitesOf } from './sites.js';
import { Tally } from './tally.js';
import { verifyKeys, verifyServer, verifyStore } from './verification.js';
import { Watch } from './watch.js';
import { startWorld, type World } from './world.js';

/** Longest wait for recovery after the last crash, and for a tree to end, in milliseconds. */
const RECOVERY_TIMEOUT_MS = 30_000;

export interface ChaosOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Ends the run early. */
  readonly stop: AbortSignal;
  /** Called every few seconds with the counts and the elapsed time. */
  readonly onProgress: (tally: Tally, seconds: number) => void;
  /** Opens an inspector for the server, if the options ask for one. */
  readonly openInspection?: () => Promise<Inspection | undefined>;
}

/** Runs chaos in a temporary directory. The tally contains all faults. */
export async function runChaos(options: ChaosOptions): Promise<Tally> {
  const before = resources();
  const tally = new Tally();
  const directory = await mkdtemp(join(tmpdir(), 'im-chaos-'));
  const escaped = (error: unknown) => tally.blame('crash', `no actor caught ${error}`);
  process.on('uncaughtException', escaped);
  process.on('unhandledRejection', escaped);
  try {
    const random = new Random(options.seed);
    const inspection = await options.openInspection?.();
    const data = join(directory, 'data');
    const places = { data, socket: join(directory, 'admin.sock'), keys: join(directory, 'keys') };
    const world = await startWorld(places, random, tally, inspection);
    await runWorld(world, random, tally, options);
    await inspection?.close();
    await verifyDisk(data, world, tally);
    for (const leftover of await leftovers(before, directory)) tally.blame('leftover', leftover);
    return tally;
  } finally {
    process.off('uncaughtException', escaped);
    process.off('unhandledRejection', escaped);
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * Runs workers, operators and users while actors are crashed. Then waits for recovery, verifies the server,
 * and ends it.
 */
async function runWorld(world: World, random: Random, tally: Tally, options: ChaosOptions): Promise<void> {
  const { pairs, port, registry, server, workers, operators, ledgers } = world;
  const users = pairs.flatMap((pair) => pair.users);
  const registries = [registry, ...users.map((user) => user.registry)];
  const watched = [...workers, ...operators];
  const watch = new Watch({ registries, workers: watched, pairs, tally, onProgress: options.onProgress });

  const stopWork = stoppable();
  const working = watched.map((worker) => worker.run(stopWork.signal));
  const allEnded = await crashActors(world, random, tally, options);
  if (!allEnded) await watch.waitForRecovery(RECOVERY_TIMEOUT_MS);
  // From now on, users, operators and workers stop on purpose and must not count as hanging.
  watch.close();
  stopWork.abort();
  for (const user of users) user.stopTyping();
  await Promise.all(working);
  if (!allEnded) {
    await verifyServer(port, ledgers, workers, tally);
    for (const operator of operators) await operator.verify();
  }
  for (const { wire } of workers) wire.close();

  for (const user of users) await end(user.id, user.tree, user.registry, tally);
  await end('the server', server, registry, tally);
}

/** @returns True if a tree ended by itself. The run is stopped then. */
async function crashActors(
  world: World,
  random: Random,
  tally: Tally,
  { seconds, stop }: ChaosOptions,
): Promise<boolean> {
  const over = stoppable();
  const stopCrashes = () => over.abort();
  let ended = false;
  for (const tree of [world.server, ...world.pairs.flatMap(({ users }) => users.map((user) => user.tree))]) {
    tree.ended.then(() => {
      ended = true;
      stopCrashes();
    });
  }
  if (stop.aborted) stopCrashes();
  stop.addEventListener('abort', stopCrashes);
  const crashing = sitesOf(world).map((site, index) =>
    sabotage(site, random.fork(`site ${index}`), tally, over.signal),
  );
  await pause(seconds * 1_000, over.signal);
  stopCrashes();
  await Promise.all(crashing);
  return ended;
}

/** Ends a tree. Reports a tree that does not end, and actors that still run afterwards. */
async function end(name: string, tree: RunningTree, registry: Registry, tally: Tally): Promise<void> {
  let outcome: { readonly error?: unknown } | undefined;
  tree.ended.then((ended) => {
    outcome = ended;
  });
  tree.shutdown();
  if (!(await until(() => outcome !== undefined, RECOVERY_TIMEOUT_MS))) {
    tally.blame('hang', `${name} has not ended ${RECOVERY_TIMEOUT_MS / 1_000} s after it was asked to`);
  } else if (outcome?.error !== undefined) {
    tally.blame('give-up', `${name} ended with ${outcome.error}`);
  }
  registry.auditEnd();
}

async function verifyDisk(data: string, { ledgers, workers, operators }: World, tally: Tally): Promise<void> {
  try {
    const store = await openTextStore(data);
    await verifyStore(store, ledgers, tally);
    verifyKeys(store, workers, tally);
    for (const operator of operators) operator.verifyDisk(store.users);
    await store.close();
  } catch (error) {
    tally.blame('loss', `the disk cannot be read: ${error}`);
  }
}
