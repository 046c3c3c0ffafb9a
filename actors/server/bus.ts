/**
 * The bus actor: passes accepted announcements on to the other servers of the directory, and passes the
 * announcements of those servers to presence. It also tells the other servers when this server has made a
 * change, so that they read the change at once.
 *
 * An announcement that is lost here is like a lost heartbeat: the client sends the next one within 10 s.
 * While the bus is down, announcements are dropped, and the records of users at other servers expire as
 * usual.
 *
 * A presence record contains the number of its user, and a number is valid only in one directory. A new
 * connection may lead to a database with another directory. The bus therefore uses the connection only after
 * the store has caught up: this proves that the database has this server's directory.
 */

import { nanoid } from 'nanoid';
import {
  BATCH_VERSION,
  BatchWriter,
  type PresenceRecord,
  parseBatch,
  versionOf,
} from '../../protocol/presence-batch.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import type { Log } from '../log.js';
import type { PresenceAccepted, PresenceEvent } from './presence.js';
import type { DirectoryAdvanced, StoreCaughtUp, StoreEvent } from './store-events.js';

/** Interval between two batches while announcements arrive, in milliseconds. */
const BATCH_MS = 10;

/** The maximum number of batches being sent. While so many are being sent, announcements wait. */
export const MAX_UNDER_WAY = 4;

/** The maximum number of full batches that wait to be sent. Beyond this limit, the oldest is dropped. */
const MAX_WAITING = 64;

/** Pause before another attempt to open the bus, in milliseconds. */
const RETRY_MS = 1_000;

/** Interval, in milliseconds, at which an idle bus sends an empty batch to detect a lost connection. */
const IDLE_MS = 1_000;

/** A connection to the other servers. */
export interface Bus {
  /** Sends a text to all servers, including this one. If it rejects, the bus is closed. */
  publish(text: string): Promise<void>;
  /** Resolves when the connection is lost or closed. */
  readonly closed: Promise<void>;
  close(): void;
}

export interface BusOptions {
  /** Opens the bus. After a rejection, the actor tries again. */
  readonly openBus: (onText: (text: string) => void) => Promise<Bus>;
  /** How long the first incarnation listens before it is ready, in milliseconds. */
  readonly warmUpMs: number;
  readonly log: Log;
}

export interface BusInput {
  readonly store: Address<StoreEvent>;
  readonly presence: Address<PresenceEvent>;
}

export type BusEvent =
  | PresenceAccepted
  | DirectoryAdvanced
  /** From the store. `purpose` is the connection for which the actor asked the store. */
  | StoreCaughtUp<Bus>
  /** From the actor itself. */
  | { readonly type: TimerEvent };

type TimerEvent = 'open.due' | 'batch.due' | 'idle.due' | 'warm-up.ended';

/** Actor logic of the bus. Create it once per tree: only the first incarnation warms up. */
export function busLogic(options: BusOptions): BehaviourLogic<BusEvent, BusInput> {
  let isWarm = options.warmUpMs === 0;
  return fromBehaviour<BusEvent, BusInput>((scope, input) => {
    const actor = new BusActor(scope, options, input, !isWarm);
    isWarm = true;
    return actor;
  });
}

class BusActor implements Behaviour<BusEvent> {
  readonly starting: boolean;
  readonly #scope: BehaviourScope<BusEvent>;
  readonly #options: BusOptions;
  readonly #input: BusInput;
  /** Identifies this actor on the bus, because the bus also delivers an actor's own batches to it. */
  readonly #name = nanoid();
  readonly #writer = new BatchWriter(this.#name);
  readonly #timers = new Map<TimerEvent, Timer>();
  /** The open connection. It is not used until the store has caught up. */
  #opened: Bus | undefined;
  /** The connection that is in use. */
  #bus: Bus | undefined;
  #hasEnded = false;
  #hasOutage = false;
  #underWay = 0;
  /** The highest number of a change that any server has announced on this bus. */
  #known = 0;
  /** True if a batch must be sent to announce a change, even if the batch has no records. */
  #hasAdvanced = false;
  /** True once it is logged that announcements are dropped. */
  #hasDropped = false;
  /** True once it is logged that a server of another version is on the bus. */
  #hasHeardOther = false;
  #waiting: string[] = [];

  constructor(scope: BehaviourScope<BusEvent>, options: BusOptions, input: BusInput, warmsUp: boolean) {
    this.#scope = scope;
    this.#options = options;
    this.#input = input;
    this.starting = warmsUp;
    if (warmsUp) this.#sendLater('warm-up.ended', options.warmUpMs);
    this.#sendLater('idle.due', IDLE_MS);
    this.#open();
  }

  receive(event: BusEvent): void {
    this.#timers.delete(event.type as TimerEvent);
    switch (event.type) {
      case 'presence.accepted':
        return this.#add(event.record);
      case 'directory.advanced':
        return this.#advance(event.lastChange);
      case 'store.caught-up':
        return this.#use(event);
      case 'open.due':
        return this.#open();
      case 'batch.due':
        return this.#flush();
      case 'idle.due':
        this.#sendLater('idle.due', IDLE_MS);
        return this.#onIdle();
      case 'warm-up.ended':
        return this.#scope.ready();
    }
  }

  release(): void {
    this.#hasEnded = true;
    for (const timer of this.#timers.values()) this.#scope.cancel(timer);
    this.#bus = undefined;
    this.#opened?.close();
  }

  /** Schedules an event for this actor, unless an event of this type is already scheduled. */
  #sendLater(type: TimerEvent, delayMs: number): void {
    if (!this.#timers.has(type)) this.#timers.set(type, this.#scope.sendLater({ type }, delayMs));
  }

  #open(): void {
    this.#options
      .openBus((text) => this.#hear(text))
      .then(
        this.#scope.guard((bus: Bus) => {
          if (this.#hasEnded) return bus.close();
          this.#opened = bus;
          bus.closed.then(this.#scope.guard(() => this.#onClosed()));
          this.#askStore(bus);
        }),
        this.#scope.guard((error: unknown) => this.#openLater(error)),
      );
  }

  #askStore(bus: Bus): void {
    this.#input.store.send({ type: 'store.catch-up', purpose: bus as never, replyTo: this.#scope.self });
  }

  #onIdle(): void {
    if (this.#bus !== undefined && this.#underWay === 0) this.#publish(this.#bus, this.#take());
    // Ask again: if the store has crashed since the last question, it will not answer that question.
    if (this.#bus === undefined && this.#opened !== undefined) this.#askStore(this.#opened);
  }

  #openLater(error?: unknown): void {
    if (!this.#hasOutage) {
      this.#options.log.error(
        { err: error },
        'the bus is down: changes of presence at other servers are not shown',
      );
    }
    this.#hasOutage = true;
    this.#sendLater('open.due', RETRY_MS);
  }

  #use({ isCurrent, lastChange, purpose: bus }: StoreCaughtUp<Bus>): void {
    if (bus !== this.#opened || bus === this.#bus) return;
    // The connection may lead to another database than the store's. After it is closed, another is opened.
    if (!isCurrent) return bus.close();
    if (this.#hasOutage) this.#options.log.info({}, 'the bus is up again');
    this.#hasOutage = false;
    this.#bus = bus;
    this.#advance(lastChange);
  }

  #onClosed(): void {
    this.#opened = undefined;
    this.#bus = undefined;
    this.#waiting = [];
    this.#take(); // announcements from before the outage may be outdated after it
    this.#known = 0;
    if (!this.#hasEnded) this.#openLater(new Error('the connection was lost'));
  }

  #hear(text: string): void {
    if (this.#bus === undefined) return;
    const batch = parseBatch(text);
    if (batch === undefined) return this.#hearOther(versionOf(text));
    const { server, lastChange, records } = batch;
    if (server === this.#name) return;
    if (lastChange > this.#known) {
      this.#known = lastChange;
      this.#input.store.send({ type: 'directory.advanced', lastChange });
    }
    if (records.length > 0) this.#input.presence.send({ type: 'presence.heard', records });
  }

  #hearOther(version: number | undefined): void {
    if (version === undefined || version === BATCH_VERSION || this.#hasHeardOther) return;
    this.#hasHeardOther = true;
    const message = 'a server of another version is on the bus: its announcements are not shown';
    this.#options.log.warn({ version }, message);
  }

  /** Records that this server has all changes up to `lastChange`, and tells the other servers. */
  #advance(lastChange: number): void {
    this.#writer.lastChange = lastChange;
    if (this.#bus === undefined || lastChange <= this.#known) return;
    this.#known = lastChange;
    this.#hasAdvanced = true;
    this.#sendLater('batch.due', BATCH_MS);
  }

  #add(record: PresenceRecord): void {
    if (this.#bus === undefined) return;
    const full = this.#writer.add(record);
    if (full !== undefined) this.#wait(full);
    this.#sendLater('batch.due', BATCH_MS);
  }

  #wait(batch: string): void {
    if (this.#waiting.push(batch) <= MAX_WAITING) return;
    this.#waiting.shift();
    if (!this.#hasDropped) this.#options.log.warn({}, 'the bus is too slow: announcements are dropped');
    this.#hasDropped = true;
  }

  #flush(): void {
    if (this.#bus === undefined) return;
    while (this.#underWay < MAX_UNDER_WAY) {
      const isDue = this.#hasAdvanced || !this.#writer.isEmpty;
      const batch = this.#waiting.shift() ?? (isDue ? this.#take() : undefined);
      if (batch === undefined) return;
      this.#publish(this.#bus, batch);
    }
  }

  #take(): string {
    this.#hasAdvanced = false;
    return this.#writer.take();
  }

  #publish(bus: Bus, batch: string): void {
    this.#underWay += 1;
    const onDone = this.#scope.guard(() => {
      this.#underWay -= 1;
      this.#flush();
    });
    // Failures are ignored here: a connection that cannot publish is closed, and `#onClosed` handles that.
    bus.publish(batch).then(onDone, onDone);
  }
}
