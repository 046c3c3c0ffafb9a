/**
 * The heartbeat: announces the user's status to the server every ten seconds, and asks for the buddy list.
 *
 * The heartbeat owns the client's UDP socket. Datagrams may be lost, and the server may be down and come back
 * at another address. Every beat looks up the server again and resends everything, so the client recovers by
 * itself. If the key of the user is on this machine, the datagrams are sealed: sealed-session.ts logs in,
 * seals what is sent, and opens what is received.
 * machines/client/server-connectivity.ts decides when the server counts as lost, and how often a question is
 * retried. machines/client/server-choice.ts decides which of several servers is used.
 */

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { SnapshotFrom } from 'xstate';
import type { HeartbeatCommand, HeartbeatReport, ServerReply } from '../../machines/client/events.js';
import type { SessionEnd } from '../../machines/client/login-outcome.js';
import { PagedList } from '../../machines/client/paged-list.js';
import type { PortBound } from '../../machines/client/restart-state.js';
import {
  QUERY_RETRY_MS,
  type ServerConnectivityAction,
  type ServerConnectivityEvent,
  serverConnectivityMachine,
} from '../../machines/client/server-connectivity.js';
import type { Silence } from '../../machines/client/silence.js';
import { type Steps, stepsOf } from '../../machines/steps.js';
import { plainAddress } from '../../protocol/address.js';
import { type BuddyList, parseBuddyList } from '../../protocol/buddy-list.js';
import { encodeAnnouncement, encodeQuery } from '../../protocol/datagram.js';
import { toDisplayText } from '../../protocol/display-text.js';
import type { UserId } from '../../protocol/id.js';
import type { BanNotice } from '../../protocol/reply-details.js';
import { encodeRequest } from '../../protocol/request.js';
import { encodeSealedQuery, type SessionId } from '../../protocol/sealed-datagram.js';
import type { Status } from '../../protocol/status.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
  type Timer,
} from '../../supervision/behaviour.js';
import type { Address } from '../../supervision/mailbox.js';
import { askWhySilent } from './ask-server.js';
import { ChosenServer, type ServerPorts } from './chosen-server.js';
import type { Directory, Standing } from './directory.js';
import { SealedSession, type SealedSessionEvent } from './sealed-session.js';

/** The time between two beats, in milliseconds. */
export const BEAT_MS = 10_000;

/**
 * How long the heartbeat waits for a reply over TCP that explains why the server is silent over UDP, in
 * milliseconds.
 */
export const CAUSE_PATIENCE_MS = 4_000;

export interface HeartbeatInput {
  readonly server: ServerPorts;
  readonly client: Address<HeartbeatReport>;
  /** Set after a restart: the user who was signed in, and the port for calls. */
  readonly user: { readonly id: UserId; readonly status: Status } | undefined;
  readonly callPort: number | undefined;
  /** True if the heartbeat was restarted after it had reported the server as lost. */
  readonly isServerLost: boolean;
  /**
   * Set after a restart: the last session that the previous heartbeat opened, or named in a failed login.
   */
  readonly session?: SessionId | undefined;
}

type HeartbeatEvent =
  | HeartbeatCommand
  | PortBound
  | SealedSessionEvent
  // Events from the actor's own socket, look-ups and timers.
  | { readonly type: 'beat.due' }
  | { readonly type: 'query.overdue' }
  | { readonly type: 'standing.found'; readonly user: HeartbeatUser; readonly standing: Standing }
  | CauseFound
  | { readonly type: 'server.located'; readonly address: string; readonly announces: boolean }
  | { readonly type: 'datagram.received'; readonly text: string; readonly from: RemoteInfo };

interface CauseFound {
  readonly type: 'cause.found';
  readonly silence: Silence;
  readonly inquiry: AbortController;
}

/** The user whom the heartbeat announces. */
interface HeartbeatUser {
  readonly id: UserId;
  readonly status: Status;
}

/**
 * How the heartbeat sends datagrams for its user.
 *
 * - `unknown`: the heartbeat does not yet know whether the key of the user is here, and sends nothing;
 * - `clear`: in clear, because the user has no key;
 * - `sealed`: sealed, because the key of the user is here.
 */
type Speech = 'unknown' | 'clear' | 'sealed';

/**
 * Actor logic of the heartbeat.
 *
 * @param directory Holds the keys of users. Without it, all datagrams are in clear.
 */
export function heartbeatWith(
  directory: Directory | undefined,
): BehaviourLogic<HeartbeatEvent, HeartbeatInput> {
  return fromBehaviour((scope, input) => new Heartbeat(scope, input, directory));
}

/** A heartbeat without keys. */
export const heartbeatLogic = heartbeatWith(undefined);

class Heartbeat implements Behaviour<HeartbeatEvent> {
  readonly #scope: BehaviourScope<HeartbeatEvent>;
  readonly #input: HeartbeatInput;
  readonly #directory: Directory | undefined;
  /** Chooses the server that is in use. Requests over TCP share this object. */
  readonly #server: ChosenServer;
  readonly #session: SealedSession | undefined;
  readonly #list = new PagedList();
  #beatTimer: Timer | undefined;
  #user: HeartbeatUser | undefined;
  #speech: Speech;
  /** True from the sign-in until the heartbeat first knows whether the key of the user is here. */
  #isSigningIn: boolean;
  /** The number of pending calls of `directory.standing`. Nothing can be sent before they end. */
  #awaitedStandings = 0;
  #callPort: number | undefined;
  /** The server's address, as found by the last beat or the last login. */
  #address: string | undefined;
  #socket: Socket | undefined;
  readonly #steps: Steps<SnapshotFrom<typeof serverConnectivityMachine>, ServerConnectivityEvent>;
  #serverConnectivity: SnapshotFrom<typeof serverConnectivityMachine>;
  #queryTimer: Timer | undefined;
  /** True once the server has answered the current user. */
  #wasAnswered = false;
  /** The pending question about the cause of the server's silence. */
  #inquiry: AbortController | undefined;

  constructor(
    scope: BehaviourScope<HeartbeatEvent>,
    input: HeartbeatInput,
    directory: Directory | undefined,
  ) {
    this.#scope = scope;
    this.#input = input;
    this.#directory = directory;
    this.#server = directory?.server ?? new ChosenServer(input.server);
    this.#session =
      directory &&
      new SealedSession(scope as BehaviourScope<SealedSessionEvent>, {
        directory,
        previous: input.session,
        onOpen: (session, { address }) => this.#onSessionOpen(session, address),
        onFailure: (session) => scope.emit({ type: 'login.failed', session }),
        onEnd: (why, ban) => this.#onSessionEnd(why, ban),
        onTwoAddresses: () => input.client.send({ type: 'session.misrouted' }),
      });
    this.#user = input.user;
    this.#isSigningIn = input.session === undefined;
    this.#speech = directory === undefined ? 'clear' : 'unknown';
    this.#callPort = input.callPort;
    this.#beatTimer = scope.sendLater({ type: 'beat.due' }, BEAT_MS);
    this.#steps = stepsOf(serverConnectivityMachine, { wasLost: input.isServerLost });
    this.#serverConnectivity = this.#steps.first;
    if (this.#user === undefined) return;
    this.#server.beginWith(this.#user.id);
    this.#step({ type: 'session.resumed' });
    this.#beginSpeech(this.#user);
  }

  receive(event: HeartbeatEvent): void {
    switch (event.type) {
      case 'presence.set':
        return this.#setUser({ id: event.id, status: event.status });
      case 'port.bound':
        this.#callPort = event.port;
        return this.#onPortBound();
      case 'standing.found':
        this.#awaitedStandings--;
        if (event.user.id === this.#user?.id) this.#onStanding(event.user.id, event.standing);
        return;
      case 'login.ended':
      case 'quiet.over':
      case 'pause.over':
        return this.#session?.receive(event);
      case 'beat.due':
        return this.#beat();
      case 'buddies.get':
        return this.#step(event);
      case 'query.overdue':
        // A query that could not be sent yet does not count as unanswered.
        if (this.#awaitedStandings > 0) return this.#startQueryTimer();
        this.#endRound();
        return this.#step(event);
      case 'cause.found':
        // The answer to an older inquiry, or to one for another user, does not explain the current silence.
        if (event.inquiry === this.#inquiry) this.#onCause(event);
        return;
      case 'server.located':
        return this.#onLocated(event.address, event.announces);
      case 'datagram.received':
        return this.#onDatagram(event.text, event.from);
    }
  }

  shutdown(): void {
    this.#sayGoodbye(() => this.#scope.end());
  }

  release(): void {
    this.#scope.cancel(this.#beatTimer);
    this.#scope.cancel(this.#queryTimer);
    this.#inquiry?.abort();
    this.#session?.release();
    this.#socket?.close();
  }

  #setUser(user: HeartbeatUser): void {
    const isNew = user.id !== this.#user?.id;
    if (isNew) this.#sayGoodbye();
    this.#user = user;
    this.#server.beginWith(user.id);
    if (!isNew) return this.#announce();
    this.#isSigningIn = true;
    this.#beginSpeech(user);
  }

  #onPortBound(): void {
    const { id } = this.#user ?? {};
    // A session that may only ask for the list cannot announce the user.
    if (id !== undefined && this.#speech === 'sealed' && !this.#session?.announces)
      this.#session?.want(id, 'new');
    else this.#announce();
  }

  /** Finds out whether the key of a user is here, then announces the user. */
  #beginSpeech(user: HeartbeatUser): void {
    const directory = this.#directory;
    if (directory === undefined) return this.#announce();
    this.#awaitedStandings++;
    directory.standing(user.id).then((standing) => {
      this.#scope.self.send({ type: 'standing.found', user, standing });
    });
  }

  #onStanding(id: UserId, { holds }: Standing): void {
    // The heartbeat has already requested a session: this is a late answer to an earlier question.
    if (this.#speech === 'sealed') return;
    // Only a login right after an action of the user may end the session of another client.
    const kind = this.#isSigningIn ? 'new' : 'again';
    this.#isSigningIn = false;
    switch (holds) {
      case 'key':
        this.#speech = 'sealed';
        return this.#session?.want(id, this.#callPort === undefined ? 'ask' : kind);
      case 'nothing':
        this.#speech = 'clear';
        return this.#announce();
      case 'no-key':
        return this.#onSessionEnd('no-key');
      case 'unknown': // the next beat asks again
    }
  }

  #onSessionOpen(session: SessionId, address: string): void {
    this.#scope.emit({ type: 'session.opened', session });
    this.#useAddress(address);
    this.#list.restart();
    this.#announce();
  }

  /** Signs out the user, and sends nothing more. */
  #onSessionEnd(why: SessionEnd, ban?: BanNotice): void {
    const { id } = this.#user ?? {};
    if (id === undefined) return;
    this.#user = undefined;
    this.#sayGoodbye();
    this.#report({ type: 'session.ended', id, why, ...(ban && { ban }) });
  }

  #beat(): void {
    this.#beatTimer = this.#scope.sendLater({ type: 'beat.due' }, BEAT_MS);
    const user = this.#user;
    if (user === undefined) return;
    this.#endRound();
    this.#step({ type: 'beat.sent' });
    // If the server was never identified, first find out whether it keeps keys.
    const isIdentified = this.#directory === undefined || this.#directory.serverName() !== undefined;
    if (this.#speech === 'sealed') this.#session?.beat();
    else if (this.#speech === 'unknown' || !isIdentified) return this.#beginSpeech(user);
    if (this.#serverConnectivity.value.query !== 'waiting') this.#list.restart();
    this.#announce();
  }

  /** Moves on to the next server, if the current one does not answer. */
  #endRound(): void {
    if (this.#server.endRound()) this.#step({ type: 'server.moved' });
    if (this.#speech === 'sealed') this.#session?.follow();
  }

  /** True if the user got a key after the heartbeat had begun to send in clear. */
  #hasNewKey(): boolean {
    const isNew =
      this.#speech === 'clear' &&
      this.#user !== undefined &&
      this.#directory?.credentialsOf(this.#user.id) !== undefined;
    if (isNew) this.#speech = 'unknown';
    return isNew;
  }

  /** Sends the user's status and a query for the buddy list. */
  #announce(): void {
    if (this.#hasNewKey()) return this.#beginSpeech(this.#user as HeartbeatUser);
    if (this.#speech === 'clear') return this.#locateServer({ announces: true });
    const user = this.#user;
    if (user === undefined || !this.#session?.isOpen) return;
    if (this.#callPort !== undefined && this.#session.announces)
      this.#sendSealed(encodeAnnouncement(user.id, user.status, this.#callPort));
    this.#sendQuery();
  }

  /** Sends a query for the buddy list, or for the next part of it. */
  #sendQuery(): void {
    if (this.#hasNewKey()) return this.#beginSpeech(this.#user as HeartbeatUser);
    if (this.#speech === 'clear') return this.#locateServer({ announces: false });
    const user = this.#user;
    if (user === undefined) return;
    const counter = this.#sendSealed(encodeSealedQuery(user.id, this.#list.offset));
    if (counter !== undefined) this.#list.asked(counter);
  }

  /** Seals and sends a text. Returns the counter of the datagram; `undefined` while no session is open. */
  #sendSealed(text: string): number | undefined {
    const sealed = this.#session?.seal(text);
    if (sealed !== undefined) this.#send(sealed.datagram);
    return sealed?.counter;
  }

  /** Steps the chart, and runs the effects that it returns. */
  #step(event: ServerConnectivityEvent): void {
    const [next, effects] = this.#steps.step(this.#serverConnectivity, event);
    this.#serverConnectivity = next;
    for (const effect of effects) this.#effects[effect as ServerConnectivityAction](event);
  }

  readonly #effects: Readonly<Record<ServerConnectivityAction, (event: ServerConnectivityEvent) => void>> = {
    sendQuery: () => this.#sendQuery(),
    startQueryTimer: () => this.#startQueryTimer(),
    stopQueryTimer: () => this.#scope.cancel(this.#queryTimer),
    askCause: () => this.#askCause(),
    reportLost: (event) => this.#report({ type: 'server.lost', silence: silenceIn(event) }),
    reportFound: () => this.#report({ type: 'server.found' }),
    reportTimedOut: (event) =>
      this.#input.client.send({ type: 'buddies.timed-out', silence: silenceIn(event) }),
  };

  #startQueryTimer(): void {
    this.#queryTimer = this.#scope.sendLater({ type: 'query.overdue' }, QUERY_RETRY_MS);
  }

  #askCause(): void {
    this.#inquiry?.abort();
    const inquiry = new AbortController();
    this.#inquiry = inquiry;
    const timer = this.#scope.callLater(() => inquiry.abort(), CAUSE_PATIENCE_MS);
    const user = this.#user?.id;
    const request = (signal: AbortSignal) => this.#askForUser(user, signal);
    askWhySilent(request, inquiry.signal).then((silence) => {
      this.#scope.cancel(timer);
      this.#scope.self.send({ type: 'cause.found', silence, inquiry });
    });
  }

  #onCause(event: CauseFound): void {
    const { silence } = event;
    const isDeleted = silence.cause === 'unregistered' && this.#wasAnswered;
    this.#step(isDeleted ? { ...event, silence: { ...silence, wasKnown: true } } : event);
  }

  /** Sends an ADD without a buddy. It changes nothing. The reply shows whether the server knows the user. */
  #askForUser(user: UserId | undefined, signal: AbortSignal): Promise<ServerReply> {
    if (user === undefined) return Promise.resolve(NO_REPLY);
    return this.#directory === undefined
      ? this.#server.ask(encodeRequest('ADD', user), signal)
      : this.#directory.request('ADD', [user], signal);
  }

  #report(event: HeartbeatReport): void {
    // The tree keeps the event as restart state.
    this.#scope.emit(event);
    this.#input.client.send(event);
  }

  /** Looks up the server, then sends to it. Sends nothing if the look-up fails. */
  #locateServer({ announces }: { readonly announces: boolean }): void {
    if (this.#user === undefined) return;
    this.#server.locate().then(
      ({ address }) => this.#scope.self.send({ type: 'server.located', address, announces }),
      () => {},
    );
  }

  #onLocated(address: string, announces: boolean): void {
    if (this.#user === undefined || this.#speech !== 'clear') return;
    this.#useAddress(address);
    const { id, status } = this.#user;
    if (announces && this.#callPort !== undefined) this.#send(encodeAnnouncement(id, status, this.#callPort));
    this.#send(encodeQuery(id));
  }

  #useAddress(address: string): void {
    if (address !== this.#address) {
      this.#socket?.close();
      this.#socket = undefined;
    }
    this.#address = address;
    this.#socket ??= this.#openSocket(address);
  }

  #onDatagram(text: string, from: RemoteInfo): void {
    if (plainAddress(from.address) !== this.#address || from.port !== this.#input.server.udpPort) return;
    if (this.#speech === 'clear') this.#onBuddies(parseBuddyList(text));
    else if (this.#speech === 'sealed') this.#onSealed(Buffer.from(text, 'latin1'));
  }

  #onSealed(bytes: Buffer): void {
    const page = this.#session?.open(bytes);
    const list = page === undefined ? 'stale' : this.#list.accept(page);
    if (list === 'stale') return;
    if (list !== 'more') return this.#onBuddies(list);
    this.#onAnswer();
    this.#step({ type: 'buddies.get' });
  }

  #onAnswer(): void {
    this.#wasAnswered = true;
    this.#server.recordAnswer();
    this.#step({ type: 'answer.received' });
  }

  #onBuddies(buddies: BuddyList): void {
    this.#onAnswer();
    this.#input.client.send({ type: 'buddies.received', buddies, atMs: Date.now() });
  }

  /** Announces the user as OFFLINE, and closes the socket. Answers that still arrive are ignored. */
  #sayGoodbye(done: () => void = () => {}): void {
    const user = this.#user;
    const socket = this.#socket;
    this.#user = undefined;
    this.#wasAnswered = false;
    this.#socket = undefined;
    this.#inquiry?.abort();
    this.#inquiry = undefined;
    this.#step({ type: 'session.ended' });
    socket?.removeAllListeners('message');
    const goodbye = user && this.#goodbyeOf(user.id);
    this.#session?.end();
    this.#list.restart();
    this.#speech = this.#directory === undefined ? 'clear' : 'unknown';
    if (goodbye === undefined || socket === undefined) {
      socket?.close();
      return done();
    }
    socket.send(goodbye, this.#input.server.udpPort, this.#address, () => {
      socket.close();
      done();
    });
  }

  #goodbyeOf(id: UserId): string | Buffer | undefined {
    if (this.#callPort === undefined || this.#speech === 'unknown') return undefined;
    const goodbye = encodeAnnouncement(id, 101, this.#callPort);
    if (this.#speech === 'clear') return goodbye;
    return this.#session?.announces ? this.#session.seal(goodbye)?.datagram : undefined;
  }

  #send(datagram: string | Buffer): void {
    this.#server.recordDatagram();
    // The callback ignores errors: a datagram that cannot be sent counts as lost.
    this.#socket?.send(datagram, this.#input.server.udpPort, this.#address, () => {});
  }

  #openSocket(address: string): Socket {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    socket.on('message', (bytes, from) => {
      this.#scope.self.send({ type: 'datagram.received', text: bytes.toString('latin1'), from });
    });
    socket.on('error', (error) => this.#scope.fail(error));
    return socket;
  }
}

/** Takes the place of a reply while no user is signed in. */
const NO_REPLY: ServerReply = { line: toDisplayText(''), done: false };

function silenceIn(event: ServerConnectivityEvent): Silence {
  return event.type === 'cause.found' ? event.silence : { cause: 'unknown' };
}
