/**
 * The faults of the PostgreSQL servers. After each fault, there is a primary again, and two standbys that
 * follow it.
 */

import type { Random } from '../../helpers/random.js';
import type { Database, Node } from './database.js';

export interface Scene {
  readonly database: Database;
  readonly random: Random;
  /** Waits for a random time, which may be longer than some deadlines of the servers. */
  hold(): Promise<void>;
  /** Waits until a commit waits for a standby, or some more changes are acknowledged. */
  untilBlocked(): Promise<void>;
  /** Waits until some more changes are acknowledged, or the servers have had time to leave an old primary. */
  untilGoingOn(): Promise<void>;
}

export type DatabaseFault = (scene: Scene) => Promise<void>;

/** Promotes the standby after the primary was killed. */
async function failOver({ database, random }: Scene): Promise<void> {
  const old = await database.promote();
  await regroup(database, old, random);
}

async function regroup(database: Database, old: Node, random: Random): Promise<void> {
  await database.join(database.sync);
  await database.nameStandby();
  if (random.chance(0.5)) await database.rewind(old);
  else await database.join(old);
}

async function killPrimary(scene: Scene): Promise<void> {
  await scene.database.primary.kill();
  await failOver(scene);
}

async function killPrimaryInCommit(scene: Scene): Promise<void> {
  const { primary, sync } = scene.database;
  await sync.freeze();
  await scene.untilBlocked();
  await primary.kill();
  await sync.thaw();
  await failOver(scene);
}

/** Kills the primary while the synchronous standby is down, and then promotes that standby. */
export async function killPrimaryWithoutStandby(scene: Scene): Promise<void> {
  const { primary, sync } = scene.database;
  await sync.kill();
  await scene.untilBlocked();
  await primary.kill();
  await sync.run();
  await failOver(scene);
}

async function freezePrimary(scene: Scene): Promise<void> {
  const { primary } = scene.database;
  await primary.freeze();
  await scene.hold();
  await primary.kill();
  await failOver(scene);
}

async function freezePrimaryForAMoment(scene: Scene): Promise<void> {
  const { primary } = scene.database;
  await primary.freeze();
  await scene.hold();
  await primary.thaw();
}

async function restartPrimary({ database }: Scene): Promise<void> {
  await database.primary.kill();
  await database.primary.run();
}

/** Promotes the standby while the old primary is running. The other standby follows the new primary. */
async function promoteBesideLiving(scene: Scene): Promise<void> {
  const { database, random } = scene;
  const old = await database.promote();
  await database.join(database.sync);
  await scene.untilGoingOn();
  await old.kill();
  await regroup(database, old, random);
}

/** Promotes the standby while the old primary is running. The other standby still follows the old primary. */
export async function promoteBesidePair(scene: Scene): Promise<void> {
  const { database, random } = scene;
  const old = await database.promote();
  await scene.untilGoingOn();
  await old.kill();
  await regroup(database, old, random);
}

async function killStandby({ database }: Scene): Promise<void> {
  const { sync } = database;
  await sync.kill();
  await database.swapStandbys();
  await sync.run();
}

async function freezeStandby(scene: Scene): Promise<void> {
  const { sync } = scene.database;
  await sync.freeze();
  await scene.hold();
  await scene.database.swapStandbys();
  await sync.thaw();
}

async function freezeStandbyForAMoment(scene: Scene): Promise<void> {
  const { sync } = scene.database;
  await sync.freeze();
  await scene.hold();
  await sync.thaw();
}

async function killOtherStandby(scene: Scene): Promise<void> {
  const { other } = scene.database;
  await other.kill();
  await scene.hold();
  await other.run();
}

async function killAll({ database }: Scene): Promise<void> {
  for (const node of database.nodes) await node.kill();
  for (const node of database.nodes) await node.run();
}

/** The first fault of each run. It always leaves a commit in doubt. */
export const FIRST_FAULT = 'primary killed in a commit';

/** The faults, by their names in the report. */
export const DATABASE_FAULTS: ReadonlyMap<string, DatabaseFault> = new Map([
  ['primary killed', killPrimary],
  [FIRST_FAULT, killPrimaryInCommit],
  ['primary killed without its standby', killPrimaryWithoutStandby],
  ['primary frozen, then replaced', freezePrimary],
  ['primary frozen for a moment', freezePrimaryForAMoment],
  ['primary killed and started again', restartPrimary],
  ['standby promoted beside a primary', promoteBesideLiving],
  ['standby promoted beside two others', promoteBesidePair],
  ['standby killed', killStandby],
  ['standby frozen, then replaced', freezeStandby],
  ['standby frozen for a moment', freezeStandbyForAMoment],
  ['other standby killed', killOtherStandby],
  ['all databases killed', killAll],
]);
