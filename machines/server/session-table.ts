/**
 * The sessions of clients that seal their datagrams. The table decides which session of an id may announce
 * presence. Every session may ask for the buddy list.
 *
 * An id has at most one session that announces. A session ends when it has been silent for too long, when a
 * newer session replaces it, or when its device is revoked. The table is in memory only: after a restart, the
 * server knows no session, and clients log in again.
 */

import type { Device } from '../../protocol/device.js';
import type { UserId } from '../../protocol/id.js';
import type { LoginMode } from '../../protocol/request.js';
import type { SessionId } from '../../protocol/sealed-datagram.js';

/** How long a session may be silent, in milliseconds. */
export const MAX_SILENCE_MS = 10 * 60_000;

/** The maximum number of sessions. Beyond this limit, the session that has been silent for longest ends. */
const MAX_SESSIONS = 1_000_000;

/** The maximum number of sessions of one id that do not announce. Beyond this limit, the oldest one ends. */
export const MAX_ASKING_SESSIONS = 8;

/** A session, with the keys that seal its datagrams. */
export interface Session<TKeys> {
  readonly id: UserId;
  readonly device: Device;
  /** The address from which the LOG came. Presence is recorded with this address. */
  readonly address: string;
  readonly announces: boolean;
  readonly keys: TKeys;
}

/** What may be shown of a session. */
export interface SessionFacts extends Pick<Session<unknown>, 'address' | 'announces'> {
  /** The number of the device. */
  readonly serial: number;
  /** When the last datagram of the session came; at first, when the session was opened. */
  readonly heardMs: number;
}

interface Entry<TKeys> extends Session<TKeys> {
  heardMs: number;
  /**
   * The previous session of the same client. If the reply to the LOG is lost, the client does not know the
   * new session, and its next LOG names the previous session again.
   */
  readonly replaced: SessionId | undefined;
}

/** The sessions of one id. */
interface OfUser {
  announcing: SessionId | undefined;
  /** Oldest first. */
  readonly asking: SessionId[];
}

/** Times are monotonic, in milliseconds. */
export class SessionTable<TKeys> {
  /** In the order of their last datagrams, the oldest first. */
  readonly #sessions = new Map<SessionId, Entry<TKeys>>();
  readonly #byUser = new Map<UserId, OfUser>();
  readonly #limit: number;

  constructor(limit = MAX_SESSIONS) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /**
   * Opens a session under a new name. Ends all sessions of this id that belong to revoked devices.
   *
   * @returns False if the session of another client announces, and the login's mode does not end it: the
   * server replies `207 ELSEWHERE`.
   */
  open(name: SessionId, mode: LoginMode, login: Omit<Session<TKeys>, 'announces'>, nowMs: number): boolean {
    this.#dropSilent(nowMs);
    this.#dropRevoked(login);
    const announcing = this.#byUser.get(login.id)?.announcing;
    if (mode.kind === 'again' && announcing !== undefined && !this.#isOf(announcing, mode.session))
      return false;
    if (mode.kind === 'ask') {
      const asking = this.#byUser.get(login.id)?.asking ?? [];
      if (asking.length >= MAX_ASKING_SESSIONS) this.#end(asking[0] as SessionId);
    } else if (announcing !== undefined) {
      this.#end(announcing);
    }
    if (this.size >= this.#limit) this.#end(this.#oldest() as SessionId);
    const replaced = mode.kind === 'again' ? mode.session : undefined;
    this.#add(name, { ...login, announces: mode.kind !== 'ask', heardMs: nowMs, replaced });
    return true;
  }

  /** Ends the sessions that have been silent for too long. Returns how many sessions are still open. */
  count(nowMs: number): number {
    this.#dropSilent(nowMs);
    return this.size;
  }

  /** Finds a session. Returns `undefined` if it has been silent for too long. */
  find(name: SessionId, nowMs: number): Session<TKeys> | undefined {
    const session = this.#sessions.get(name);
    return session !== undefined && isAlive(session, nowMs) ? session : undefined;
  }

  /** The sessions of an id, without those that have been silent for too long. */
  listOf(id: UserId, nowMs: number): readonly SessionFacts[] {
    return this.#namesOf(id)
      .map((name) => this.#sessions.get(name) as Entry<TKeys>)
      .filter((session) => isAlive(session, nowMs))
      .map(({ device: { serial }, address, announces, heardMs }) => ({
        serial,
        address,
        announces,
        heardMs,
      }));
  }

  /** Records that a datagram of a session was opened. */
  touch(name: SessionId, nowMs: number): void {
    const session = this.#sessions.get(name);
    if (session === undefined) return;
    session.heardMs = nowMs;
    this.#sessions.delete(name);
    this.#sessions.set(name, session);
  }

  /** Ends all sessions of an id. */
  endUser(id: UserId): void {
    for (const name of this.#namesOf(id)) this.#end(name);
  }

  /** Ends all sessions for which the test returns true. Reads the whole table. */
  endWhere(test: (session: Session<TKeys>) => boolean): void {
    for (const [name, session] of this.#sessions) if (test(session)) this.#end(name);
  }

  /** The names of all sessions of an id. The list is a copy: the caller may end sessions while it reads. */
  #namesOf(id: UserId): readonly SessionId[] {
    const { announcing, asking = [] } = this.#byUser.get(id) ?? {};
    return announcing === undefined ? [...asking] : [announcing, ...asking];
  }

  /** Whether a session is the `former` one, or replaced it for the same client. */
  #isOf(name: SessionId, former: SessionId): boolean {
    return name === former || this.#sessions.get(name)?.replaced === former;
  }

  #add(name: SessionId, session: Entry<TKeys>): void {
    this.#sessions.set(name, session);
    let ofUser = this.#byUser.get(session.id);
    if (ofUser === undefined) {
      ofUser = { announcing: undefined, asking: [] };
      this.#byUser.set(session.id, ofUser);
    }
    if (session.announces) ofUser.announcing = name;
    else ofUser.asking.push(name);
  }

  #end(name: SessionId): void {
    const session = this.#sessions.get(name) as Entry<TKeys>;
    this.#sessions.delete(name);
    const ofUser = this.#byUser.get(session.id) as OfUser;
    if (session.announces) ofUser.announcing = undefined;
    else ofUser.asking.splice(ofUser.asking.indexOf(name), 1);
    if (ofUser.announcing === undefined && ofUser.asking.length === 0) this.#byUser.delete(session.id);
  }

  #dropSilent(nowMs: number): void {
    for (const [name, session] of this.#sessions) {
      if (isAlive(session, nowMs)) return;
      this.#end(name);
    }
  }

  /** Ends the sessions of devices that the new device revokes, and of devices with another key. */
  #dropRevoked({ id, device }: Omit<Session<TKeys>, 'announces'>): void {
    for (const name of this.#namesOf(id)) {
      const other = (this.#sessions.get(name) as Entry<TKeys>).device;
      if (other.identity !== device.identity || other.serial < device.floor) this.#end(name);
    }
  }

  #oldest(): SessionId | undefined {
    const [oldest] = this.#sessions.keys();
    return oldest;
  }
}

function isAlive({ heardMs }: { readonly heardMs: number }, nowMs: number): boolean {
  return nowMs - heardMs < MAX_SILENCE_MS;
}
