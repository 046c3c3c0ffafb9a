/**
 * The store actor: receives changes one by one, and writes them to the store with group commits.
 *
 * Changes that arrive during one commit wait for the next commit. actors/server/group-commit.ts decides when
 * a commit begins. All changes of a commit share the cost of one sync, and the actor replies only after the
 * sync.
 *
 * When this actor ends, it replies 205 to the changes in the queue. The changes of the commit under way get
 * their actual replies when the commit ends. The next incarnation of the actor opens the store only after
 * this one has closed it.
 *
 * If several servers share the directory, actors/server/catch-up.ts makes the store catch up with the other
 * servers. If an id is not known, the actor looks it up again after the store has caught up.
 */

import type { UserId } from '../../protocol/id.js';
import {
  isStoreError,
  MAX_USERS,
  type Store,
  type StoreChange,
  type Users,
  type Verdict,
} from '../../storage/store.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
} from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Log } from '../log.js';
import type { Bans } from './bans.js';
import { CatchUp } from './catch-up.js';
import { EndedBans } from './ended-bans.js';
import { GroupCommitTimer } from './group-commit.js';
import { withFrees } from './reservations.js';
import { NO_METER, type ServerMeter } from './server-meter.js';
import {
  type ChangeAnswered,
  type ChangeCommit,
  type DirectoryAdvanced,
  refuseChange,
  type StoreCatchUp,
  type StoreEvent,
  type StoreExamine,
  type StoreExamined,
  type UserLookedUp,
  type UserLookUp,
  type UsersExpelled,
} from './store-events.js';
import { StoreOutages } from './store-outages.js';

/** The maximum number of changes in one group commit. */
const MAX_COMMIT_CHANGES = 4_096;

/**
 * The maximum number of removals of users in one group commit. Each removal searches all buddy lists. With a
 * million users, this takes tens of milliseconds, in which the server does nothing else.
 */
const MAX_COMMIT_REMOVALS = 1;

/** The maximum number of changes in the queue. Beyond it, the reply to a change is 205 at once. */
const MAX_QUEUED_CHANGES = 65_536;

export interface StoreOptions {
  /** Opens the store; a rejection crashes the actor. */
  readonly openStore: () => Promise<Store>;
  readonly log: Log;
  /**
   * Returns the maximum number of users and reserved ids together. Beyond it, the reply to a REG is 206.
   * Default: {@link MAX_USERS}.
   */
  readonly maxUsers?: () => number;
  /**
   * Returns a Unix time in milliseconds. A reservation that began at this time or earlier is over: the id can
   * be registered. Default: ids stay reserved for ever.
   */
  readonly freesUntilMs?: () => number;
  /** The wall clock, in milliseconds since 1970: bans end at a date. Default: no ban ends. */
  readonly wallClock?: () => number;
  /**
   * Pause before the store catches up with other servers again, in milliseconds. Default: the store never
   * catches up.
   */
  readonly catchUpMs?: number | undefined;
  /** The actor keeps this object up to date with the store's bans. */
  readonly bans?: Bans;
  readonly meter?: ServerMeter;
}

export interface StoreInput {
  /** The addresses of presence and sessions, which drop removed and banned users at once. */
  readonly expels?: readonly Address<UsersExpelled>[];
  /** Tells other servers about changes; `undefined` if no other server uses the directory. */
  readonly bus?: Address<DirectoryAdvanced> | undefined;
}

/**
 * Actor logic of the store. Create it once per tree: each incarnation waits until the previous one has closed
 * its files.
 */
export function storeLogic(options: StoreOptions): BehaviourLogic<StoreEvent, StoreInput> {
  let previousClosed: Promise<void> = Promise.resolve();

  return fromBehaviour<StoreEvent, StoreInput>((scope, input) => {
    const opened = previousClosed.then(options.openStore);
    const actor = new StoreActor(scope, options, input, opened);
    previousClosed = actor.closed;
    return actor;
  });
}

class StoreActor implements Behaviour<StoreEvent> {
  readonly starting = true;
  /** Resolves when this incarnation has closed the store. */
  readonly closed: Promise<void>;
  readonly #scope: BehaviourScope<StoreEvent>;
  readonly #log: Log;
  readonly #meter: ServerMeter;
  readonly #maxUsers: () => number;
  readonly #freesUntilMs: () => number;
  readonly #wallClock: () => number;
  readonly #catchUpMs: number | undefined;
  readonly #bus: StoreInput['bus'];
  readonly #bans: Bans | undefined;
  readonly #expels: readonly Address<UsersExpelled>[];
  /** The number of the last change that was announced to the bus. */
  #announced = 0;
  /** `undefined` if the store is not open, or not shared. */
  #catchUp: CatchUp | undefined;
  #store: Store | undefined;
  #queue: ChangeCommit[] = [];
  #committing = false;
  readonly #endedBans = new EndedBans();
  readonly #commitTimer = new GroupCommitTimer();
  /** True while the actor waits for the next event-loop iteration. */
  #waitsForIteration = false;
  #ending = false;
  readonly #outages: StoreOutages;
  /** True once the log says that no more users can register. */
  #hasLoggedFull = false;
  #releaseStore: () => void = () => {};

  constructor(
    scope: BehaviourScope<StoreEvent>,
    options: StoreOptions,
    input: StoreInput,
    opened: Promise<Store>,
  ) {
    const { log, maxUsers = () => MAX_USERS, catchUpMs, bans, meter = NO_METER } = options;
    this.#scope = scope;
    this.#log = log;
    this.#meter = meter;
    this.#outages = new StoreOutages(log, (event) => scope.emit(event));
    this.#maxUsers = maxUsers;
    this.#freesUntilMs = options.freesUntilMs ?? (() => Number.NEGATIVE_INFINITY);
    this.#wallClock = options.wallClock ?? (() => Number.NEGATIVE_INFINITY);
    this.#catchUpMs = catchUpMs;
    this.#bus = input.bus;
    this.#bans = bans;
    this.#expels = input.expels ?? [];
    const released = new Promise<void>((resolve) => {
      this.#releaseStore = resolve;
    });
    const logFailure = (error: unknown) => log.error({ err: error }, 'the store could not be closed');
    this.closed = opened.then(
      async (store) => {
        scope.self.send({ type: 'store.opened', store });
        await released;
        await store.close().catch(logFailure);
      },
      (error: unknown) => scope.fail(error),
    );
  }

  receive(event: StoreEvent): void {
    switch (event.type) {
      case 'change.commit':
        this.#enqueue(event);
        return this.#commitNext();
      case 'user.look-up':
        return this.#lookUp(event);
      case 'store.catch-up':
        return this.#catchUpFor(event);
      case 'store.examine':
        return this.#examine(event);
      case 'directory.advanced':
        return this.#catchUp?.begin();
      case 'store.opened':
        this.#onOpened(event.store);
        return this.#commitNext();
      case 'commit.finished':
        this.#committing = false;
        return this.#commitNext();
      case 'iteration.passed':
        this.#waitsForIteration = false;
        return this.#commitNext();
    }
  }

  shutdown(): void {
    this.#ending = true;
    this.#commitNext();
  }

  release(): void {
    for (const commit of this.#queue.splice(0)) refuseChange(commit);
    this.#meter.setQueuedChanges(0);
    this.#catchUp?.stop();
    this.#releaseStore();
  }

  #enqueue(commit: ChangeCommit): void {
    if (this.#queue.length < MAX_QUEUED_CHANGES) {
      this.#queue.push(commit);
      this.#meter.setQueuedChanges(this.#queue.length);
    } else {
      this.#meter.recordRefusal('queued-changes');
      refuseChange(commit);
    }
  }

  #onOpened(store: Store): void {
    this.#store = store;
    this.#announce(store);
    // Another program may have changed the data since the previous incarnation closed the store.
    store.takeExpulsions();
    this.#expel(store, 'all');
    this.#countUsers(store);
    this.#scope.ready();
    if (this.#catchUpMs === undefined) return;
    const onDone = (error?: Error) => {
      this.#announce(store);
      this.#expel(store);
      this.#countUsers(store);
      this.#outages.report('catch-up', error);
    };
    this.#catchUp = new CatchUp(this.#scope, { store, intervalMs: this.#catchUpMs, onDone });
  }

  #lookUp(event: UserLookUp<unknown>): void {
    if (this.#store === undefined) return;
    // Without other servers there is nothing to wait for, and the id is looked up once.
    if (this.#catchUp === undefined) return this.#replyLookUp(event);
    const isKnown = this.#store.users.numberOf(event.id) !== -1;
    if (isKnown) this.#replyLookUp(event);
    else this.#catchUp.whenCaughtUp(() => this.#replyLookUp(event));
  }

  #replyLookUp({ id, purpose, replyTo }: UserLookUp<unknown>): void {
    const { users } = this.#store as Store;
    const user = users.numberOf(id);
    replyTo.send({ type: 'user.looked-up', user, users, purpose } satisfies UserLookedUp<unknown>);
  }

  #catchUpFor({ purpose, replyTo }: StoreCatchUp<never>): void {
    const reply = (isCurrent: boolean) => {
      const { users, lastChange } = this.#store as Store;
      replyTo.send({ type: 'store.caught-up', isCurrent, users, lastChange, purpose });
    };
    if (this.#catchUp === undefined) reply(true);
    else this.#catchUp.whenCaughtUp(reply);
  }

  #examine({ replyTo }: StoreExamine): void {
    const { users, lastChange } = this.#store as Store;
    const [waiting, outages] = [this.#queue.length, this.#outages.kinds];
    replyTo.send({ type: 'store.examined', users, lastChange, waiting, outages } satisfies StoreExamined);
  }

  #commitNext(): void {
    if (this.#store === undefined || this.#committing || this.#waitsForIteration) return;
    if (this.#queue.length === 0) {
      if (this.#ending) this.#scope.end();
    } else if (this.#ending || this.#commitTimer.isDue(this.#queue.length, this.#scope.now())) {
      const next = this.#takeGroup();
      const commits = this.#refuseUsersBeyondLimit(this.#store.users, next);
      if (commits.length === 0) return this.#commitNext();
      this.#commit(this.#store, commits);
    } else {
      this.#waitsForIteration = true;
      this.#scope.sendNextIteration({ type: 'iteration.passed' });
    }
  }

  /** Takes the next group from the queue. Removals beyond the limit stay in the queue. */
  #takeGroup(): readonly ChangeCommit[] {
    const group: ChangeCommit[] = [];
    const waiting: ChangeCommit[] = [];
    let [taken, removals] = [0, 0];
    for (const commit of this.#queue) {
      if (group.length === MAX_COMMIT_CHANGES) break;
      taken += 1;
      const waits = isRemoval(commit) && ++removals > MAX_COMMIT_REMOVALS;
      (waits ? waiting : group).push(commit);
    }
    this.#queue = [...waiting, ...this.#queue.slice(taken)];
    this.#meter.setQueuedChanges(this.#queue.length);
    return group;
  }

  /**
   * Refuses registrations beyond the maximum number of users. Returns the other changes. Call this only
   * between two commits, when the counts of the store are exact.
   */
  #refuseUsersBeyondLimit(users: Users, commits: readonly ChangeCommit[]): readonly ChangeCommit[] {
    let room = this.#maxUsers() - users.countUsers() - users.countReservations();
    if (room >= commits.length) return commits;
    const added = new Set<UserId>();
    return commits.filter(({ change, replyTo }) => {
      if (change.op !== 'REG' || added.has(change.id) || isTaken(users, change.id)) return true;
      if (room > 0) {
        room -= 1;
        added.add(change.id);
        return true;
      }
      replyTo.send({
        type: 'change.answered',
        change,
        reply: 206,
        isOwner: false,
      } satisfies ChangeAnswered);
      this.#meter.recordRefusal('users');
      if (!this.#hasLoggedFull)
        this.#log.warn({ users: users.countUsers() }, 'no more users may register: 206');
      this.#hasLoggedFull = true;
      return false;
    });
  }

  #commit(store: Store, commits: readonly ChangeCommit[]): void {
    this.#committing = true;
    const beganMs = this.#scope.now();
    this.#commitTimer.begin(commits.length, beganMs);
    const record = (isDone: boolean) =>
      this.#meter.recordCommit(commits.length, isDone, this.#scope.now() - beganMs);
    const requested = commits.map(({ change }) => change);
    const { changes, requestedOf } = withFrees(requested, store.users, this.#freesUntilMs());
    const drops = this.#endedBans.dropsFor(requested, store.users, this.#wallClock());
    store.commit([...drops, ...changes]).then(
      this.#scope.guard((verdicts) => {
        record(true);
        const replies = requestedOf(verdicts.slice(drops.length));
        for (const [index, { change, replyTo }] of commits.entries()) {
          const reply = replies[index] as Verdict;
          const isOwner = reply !== 'revoked' && hasKey(store.users, change);
          replyTo.send({ type: 'change.answered', change, reply, isOwner } satisfies ChangeAnswered);
        }
        this.#announce(store);
        this.#expel(store);
        this.#countUsers(store);
        this.#outages.report('write');
        this.#scope.self.send({ type: 'commit.finished' });
      }),
      this.#scope.guard((error: Error) => {
        record(false);
        for (const commit of commits) refuseChange(commit);
        if (!isStoreError(error, 'store.unavailable')) throw error;
        this.#outages.report('write', error);
        this.#scope.self.send({ type: 'commit.finished' });
      }),
    );
  }

  /** Tells the bus the number of the last change, if it is new. */
  #announce({ lastChange }: Store): void {
    if (lastChange === this.#announced) return;
    this.#announced = lastChange;
    this.#bus?.send({ type: 'directory.advanced', lastChange });
  }

  #countUsers({ users }: Store): void {
    this.#meter.setUsers(users.countUsers(), users.countReservations());
  }

  /** Ends the presence and the sessions of the users whom the latest changes have expelled. */
  #expel(store: Store, expulsions = store.takeExpulsions()): void {
    const { users } = store;
    this.#bans?.use(users);
    if (expulsions.length === 0) return;
    for (const address of this.#expels) address.send({ type: 'users.expelled', expulsions, users });
  }
}

/** True for a registered or reserved id. A REG of it does not add to the sum of users and reserved ids. */
function isTaken(users: Users, id: UserId): boolean {
  return users.numberOf(id) !== -1 || users.reservedSince(id) !== undefined;
}

function isRemoval({ change }: ChangeCommit): boolean {
  return change.op === 'REM' || change.op === 'REMOVE';
}

/** Whether the device that requested a change has the key of the id. */
function hasKey(users: Users, change: StoreChange): boolean {
  if (!('device' in change) || change.device === undefined) return false;
  return users.deviceOf(users.numberOf(change.id))?.identity === change.device.identity;
}
