/**
 * The session of a user with a key: logs in inside TLS, and seals and opens the datagrams of the heartbeat.
 *
 * The keys of the session exist only in private fields of this object, so a restarted heartbeat logs in
 * again. machines/client/session-login.ts decides when to log in.
 */

import { randomBytes } from 'node:crypto';
import type { SnapshotFrom } from 'xstate';
import type { DatagramSeal } from '../../keys/datagram-seal.js';
import type { LoginOutcome, SessionEnd } from '../../machines/client/login-outcome.js';
import {
  busyPauseMs,
  type LoginKind,
  QUIET_MS,
  type SessionLoginAction,
  type SessionLoginEvent,
  sessionLoginMachine,
} from '../../machines/client/session-login.js';
import { type Steps, stepsOf } from '../../machines/steps.js';
import { MAX_BUDDY_LIST_BYTES } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';
import type { BanNotice } from '../../protocol/reply-details.js';
import type { LoginMode } from '../../protocol/request.js';
import {
  type BuddyListPage,
  parseSealed,
  parseSealedAnswer,
  parseUnknownSession,
  type SessionId,
} from '../../protocol/sealed-datagram.js';
import type { BehaviourScope, Timer } from '../../supervision/behaviour.js';
import type { LocatedServer } from './chosen-server.js';
import type { Directory, Login } from './directory.js';

/** Events that the session sends to its heartbeat, for {@link SealedSession.receive}. */
export type SealedSessionEvent =
  | { readonly type: 'login.ended'; readonly outcome: LoginOutcome; readonly attempt: AbortController }
  | { readonly type: 'quiet.over' }
  | { readonly type: 'pause.over' };

export interface SealedSessionOptions {
  readonly directory: Directory;
  /**
   * Set after a restart: the last session that the previous heartbeat opened, or named in a failed login.
   */
  readonly previous: SessionId | undefined;
  /** The session is open. The client logged in at this server, and must send its datagrams there. */
  readonly onOpen: (session: SessionId, server: LocatedServer) => void;
  /** A login has failed. Later logins name this session. */
  readonly onFailure: (session: SessionId) => void;
  readonly onEnd: (why: SessionEnd, ban: BanNotice | undefined) => void;
  readonly onTwoAddresses: () => void;
}

export class SealedSession {
  readonly #scope: BehaviourScope<SealedSessionEvent>;
  readonly #options: SealedSessionOptions;
  readonly #steps: Steps<SnapshotFrom<typeof sessionLoginMachine>, SessionLoginEvent>;
  #state: SnapshotFrom<typeof sessionLoginMachine>;
  #user: UserId | undefined;
  /**
   * The name of the last session, which the server may still know. If no session was ever open, this is a
   * random name. It stays the same until a session opens: if the reply to a login in mode `again` was lost,
   * the next login can succeed because it gives the same name.
   */
  #session: SessionId | undefined;
  #seal: DatagramSeal | undefined;
  /** True once a datagram was sent in this session. Until then, an answer cannot be genuine. */
  #hasSent = false;
  #attempt: AbortController | undefined;
  /** The outcome of the last attempt, with the keys. It is kept here because events must not carry keys. */
  #login: LocatedLogin | undefined;
  /** The server of the last login. */
  #server: LocatedServer | undefined;
  /** The last session at each address of a server. */
  readonly #sessionsAt = new Map<string, SessionId>();
  #timer: Timer | undefined;

  constructor(scope: BehaviourScope<SealedSessionEvent>, options: SealedSessionOptions) {
    this.#scope = scope;
    this.#options = options;
    this.#session = options.previous;
    this.#steps = stepsOf(sessionLoginMachine);
    this.#state = this.#steps.first;
  }

  get isOpen(): boolean {
    return this.#state.matches('open');
  }

  /** True if the current or next session announces the user. */
  get announces(): boolean {
    return this.#state.context.kind !== 'ask';
  }

  /** Opens a session for a user whose key is on this machine. */
  want(user: UserId, kind: LoginKind): void {
    if (user !== this.#user && kind !== 'again') this.#forget();
    this.#user = user;
    this.#session ??= randomBytes(8).toString('hex') as SessionId;
    this.#step({ type: 'session.wanted', kind });
  }

  /** Forgets the session. The client does not tell the server, which ends each session that stays silent. */
  end(): void {
    this.#step({ type: 'session.unwanted' });
    this.#user = undefined;
    this.#forget();
    this.#seal = undefined;
  }

  #forget(): void {
    this.#session = undefined;
    this.#sessionsAt.clear();
  }

  beat(): void {
    this.#step({ type: 'beat.due' });
  }

  /** Logs in at the current server, if the last login was at another one. */
  follow(): void {
    const server = this.#server;
    if (server !== undefined && !this.#options.directory.server.isCurrent(server))
      this.#step({ type: 'server.moved' });
  }

  receive(event: SealedSessionEvent): void {
    if (event.type === 'login.ended' && event.attempt !== this.#attempt) return;
    this.#step(event.type === 'login.ended' ? { type: event.type, outcome: event.outcome } : event);
  }

  /** Seals the text of a datagram. Returns `undefined` while no session is open. */
  seal(text: string): { readonly datagram: Buffer; readonly counter: number } | undefined {
    if (!this.isOpen || this.#session === undefined) return undefined;
    const sealed = this.#seal?.seal(this.#session, Buffer.from(text, 'latin1'));
    // A session whose counters are used up has ended. The server drops it after some time of silence.
    if (sealed === undefined) this.#step({ type: 'session.unknown' });
    this.#hasSent = true;
    return sealed;
  }

  /** Opens an answer of the server. Returns `undefined` for a datagram that is not a sealed answer. */
  open(bytes: Buffer): BuddyListPage | undefined {
    if (this.#session !== undefined && parseUnknownSession(bytes) === this.#session) {
      if (this.#hasSent) this.#step({ type: 'session.unknown' });
      return undefined;
    }
    const datagram = parseSealed(bytes, MAX_BUDDY_LIST_BYTES);
    if (datagram === undefined || datagram.session !== this.#session) return undefined;
    const text = this.#seal?.open(datagram);
    const page = text && parseSealedAnswer(text.toString('latin1'));
    if (page !== undefined) this.#step({ type: 'answer.opened' });
    return page;
  }

  release(): void {
    this.#attempt?.abort();
    this.#scope.cancel(this.#timer);
  }

  #step(event: SessionLoginEvent): void {
    const [next, effects] = this.#steps.step(this.#state, event);
    this.#state = next;
    for (const effect of effects) this.#effects[effect as SessionLoginAction](event);
  }

  readonly #effects: Readonly<Record<SessionLoginAction, (event: SessionLoginEvent) => void>> = {
    logIn: () => this.#logIn(),
    abandonLogin: () => {
      this.#attempt?.abort();
      this.#attempt = undefined;
    },
    recordFailure: () => this.#options.onFailure(this.#session as SessionId),
    announce: () => this.#begin(),
    startQuietTimer: () => {
      this.#timer = this.#scope.sendLater({ type: 'quiet.over' }, QUIET_MS);
    },
    stopQuietTimer: () => this.#scope.cancel(this.#timer),
    startPause: () => {
      const pauseMs = busyPauseMs(this.#state.context.busyTries, Math.random());
      this.#timer = this.#scope.sendLater({ type: 'pause.over' }, pauseMs);
    },
    stopPause: () => this.#scope.cancel(this.#timer),
    reportEnd: (event) => {
      const { outcome } = event as Extract<SessionLoginEvent, { type: 'login.ended' }>;
      const ban = this.#login?.outcome === 'banned' ? this.#login.ban : undefined;
      this.#options.onEnd(outcome as SessionEnd, ban);
    },
    reportTwoAddresses: () => this.#options.onTwoAddresses(),
  };

  #logIn(): void {
    const user = this.#user as UserId;
    const attempt = new AbortController();
    this.#attempt = attempt;
    this.#request(user, attempt.signal)
      .catch((): LocatedLogin => ({ outcome: 'unreachable' }))
      .then((login) => {
        if (attempt !== this.#attempt) return;
        this.#login = login;
        this.#scope.self.send({ type: 'login.ended', outcome: login.outcome, attempt });
      });
  }

  /**
   * Logs in at the address to which the datagrams will go. If nothing could be sent, goes on to the next
   * server, until each server was tried. Rejects if no server's name is found.
   */
  async #request(user: UserId, signal: AbortSignal): Promise<LocatedLogin> {
    const { directory } = this.#options;
    const tried = new Set<string>();
    for (;;) {
      const server = await directory.server.locate();
      if (tried.has(server.address)) return { outcome: 'unreachable' };
      tried.add(server.address);
      this.#server = server;
      const login = await this.#logInAt(server, user, signal);
      if (login.outcome !== 'unreachable' || signal.aborted || directory.server.isCurrent(server))
        return { ...login, server };
    }
  }

  /**
   * Logs in at a server. If the server refuses because of another session of the id, this may be the session
   * that this client had there before it moved on to another server. A second attempt therefore names that
   * session.
   */
  async #logInAt(server: LocatedServer, user: UserId, signal: AbortSignal): Promise<Login> {
    const { directory } = this.#options;
    const login = await directory.logIn(user, this.#mode(), server, signal);
    const session = this.#sessionsAt.get(server.address);
    if (login.outcome !== 'elsewhere' || session === undefined || session === this.#session) return login;
    return directory.logIn(user, { kind: 'again', session }, server, signal);
  }

  #mode(): LoginMode {
    const { kind } = this.#state.context;
    return kind === 'again' ? { kind, session: this.#session as SessionId } : { kind };
  }

  #begin(): void {
    const login = this.#login;
    this.#login = undefined;
    if (login?.outcome !== 'open') return;
    const server = login.server as LocatedServer;
    this.#session = login.session;
    this.#sessionsAt.set(server.address, login.session);
    this.#seal = login.seal;
    this.#hasSent = false;
    this.#options.onOpen(login.session, server);
  }
}

type LocatedLogin = Login & { readonly server?: LocatedServer };
