/**
 * The client as a library: registers, keeps a buddy list, calls buddies and takes their calls, for a program.
 *
 *     client (one_for_one)
 *     ├─ conversation (one_for_all)
 *     │  ├─ chats         one actor per call or chat, dynamic, temporary
 *     │  ├─ call-control  one peer at a time
 *     │  └─ client        the agent
 *     ├─ heartbeat  GET every 10 s, and SET while it listens
 *     └─ calls      listens for buddies; only when asked to
 */

import { PATIENCE_MS } from '../../machines/client/call-control-context.js';
import type { BuddyList, Endpoint } from '../../protocol/buddy-list.js';
import type { DisplayText } from '../../protocol/display-text.js';
import { parseId, type UserId } from '../../protocol/id.js';
import { replyCode } from '../../protocol/reply.js';
import { type Change, encodeRequest } from '../../protocol/request.js';
import { addChild } from '../../supervision/administration.js';
import { child } from '../../supervision/child-spec.js';
import { addressOf } from '../../supervision/mailbox.js';
import type { RunningTree } from '../../supervision/run.js';
import { supervisor } from '../../supervision/supervisor.js';
import { rootCause } from '../../supervision/supervisor-error.js';
import { type Log, SILENT_LOG } from '../log.js';
import { runTree } from '../run-tree.js';
import { AGENT, type AgentCommand, agentLogic, type ClientNotice, ended, refuseCommand } from './agent.js';
import { ask } from './ask-server.js';
import type { Call, CallProgress } from './call-handles.js';
import { ClientError } from './client-error.js';
import { CALL_CONTROL, HEARTBEAT } from './client-names.js';
import {
  CLIENT_LIMITS,
  callsSpec,
  conversationSpec,
  heartbeatSpec,
  MAX_STASHED_EVENTS,
  RestartStateHolder,
  UNREAD_PATIENCE_MS,
} from './core.js';
import { Inbox } from './inbox.js';
import { type Chat, MAX_UNSENT_MESSAGES } from './open-chat.js';

/** Who the client is, and where its server is. */
export interface CreateClientOptions {
  /** Only to register, no user is needed. Nothing proves who it is: the protocol has no passwords. */
  readonly user?: string;
  /** Name or address; default `localhost`. */
  readonly server?: string;
  /** Default 1234. */
  readonly tcpPort?: number;
  /** Default 1235. */
  readonly udpPort?: number;
  /** Where calls are taken, once it listens; 0, the default, picks a free port. */
  readonly messagePort?: number;
  /**
   * Longest wait for an answer to a call, the buddy's or the program's, and for the network to take a line,
   * in milliseconds; default 60,000.
   */
  readonly patienceMs?: number;
  /** Told what happens besides. */
  readonly onNotice?: (notice: ClientNotice) => void;
  /** Receives lifecycle events of the client's actors, crashes among them; default none. */
  readonly log?: Log;
}

const DEFAULTS = {
  server: 'localhost',
  tcpPort: 1234,
  udpPort: 1235,
  messagePort: 0,
  patienceMs: PATIENCE_MS,
  onNotice: () => {},
  log: SILENT_LOG,
} satisfies CreateClientOptions;

/** What the server answered: a code such as 200, and its line. */
export interface ServerAnswer {
  readonly code: number;
  readonly text: DisplayText;
}

/** A running client. Every method rejects with a {@link ClientError} when it cannot do what it says. */
export interface Client {
  /** Registers an id; 200 means that it is done. Rejects with `server.unreachable`. */
  register(id: string): Promise<ServerAnswer>;
  /** Puts a buddy on the user's list, or takes one off. */
  add(buddy: string): Promise<ServerAnswer>;
  del(buddy: string): Promise<ServerAnswer>;
  /**
   * The user's buddies as the server knows them now; with `mayBeCut` where the server's answer may not hold
   * all of them. Rejects with `server.silent` after 2.1 s; it takes up to 6.1 s
   * where the server does not say over TCP why, either.
   */
  buddies(): Promise<BuddyList>;
  /**
   * The user's buddies, whenever they are seen to have changed: the server is asked every 10 s. A reader
   * who is slow gets the latest only.
   */
  watchBuddies(): AsyncIterable<BuddyList>;
  /**
   * Begins to take calls, and announces the user as ONLINE every 10 s; resolves with the port. Rejects with
   * `port.unavailable`.
   */
  listen(): Promise<number>;
  /** Ids and addresses whose calls are refused without a word from now on, in place of all before. */
  block(names: readonly string[]): void;
  /** Calls that come in. One that is not answered in time is refused. */
  readonly calls: AsyncIterable<Call>;
  /**
   * Calls a buddy, where the server says it is, and resolves when it accepts. Rejects with `buddy.*`,
   * `client.busy` or `server.silent`.
   */
  call(buddy: string, options?: CallOptions): Promise<Chat>;
  /** Leaves the chat, says goodbye to the server if it had announced the user, and ends. */
  close(): Promise<void>;
  /** Resolves when the client has ended; with the error, if its actors crashed too often. */
  readonly ended: Promise<{ readonly error?: unknown }>;
}

export interface CallOptions {
  /** Told how far the call has come, and where it leads. */
  readonly onProgress?: (progress: CallProgress, endpoint: Endpoint) => void;
}

/**
 * Starts a client.
 *
 * @throws ClientError `id.invalid` when `user` is no id.
 */
export function createClient(options: CreateClientOptions = {}): Client {
  return new ProgramClient(options);
}

class ProgramClient implements Client {
  readonly calls = new Inbox<Call>();
  readonly ended: RunningTree['ended'];
  readonly #host: string;
  readonly #tcpPort: number;
  readonly #messagePort: number;
  readonly #memory: RestartStateHolder;
  readonly #watchers = new Set<Inbox<BuddyList>>();
  readonly #tree: RunningTree;
  /** Ends requests to the server with the client. */
  readonly #end = new AbortController();
  /** Call control is given them again when it is restarted. */
  #blocked: readonly string[] = [];
  #asking: Promise<BuddyList> | undefined;
  #listening: Promise<number> | undefined;

  constructor(options: CreateClientOptions) {
    // Not by a spread: an option that is there as `undefined` has its default, too.
    const {
      server = DEFAULTS.server,
      tcpPort = DEFAULTS.tcpPort,
      udpPort = DEFAULTS.udpPort,
      messagePort = DEFAULTS.messagePort,
      patienceMs = DEFAULTS.patienceMs,
      onNotice = DEFAULTS.onNotice,
      log = DEFAULTS.log,
    } = options;
    const user = options.user === undefined ? undefined : idOf(options.user);
    this.#host = server;
    this.#tcpPort = tcpPort;
    this.#messagePort = messagePort;
    this.#memory = new RestartStateHolder(user && { id: user, attendance: 'here' });
    this.#tree = runTree(
      supervisor({
        strategy: 'one_for_one',
        autoShutdown: 'any',
        limits: CLIENT_LIMITS,
        children: [
          conversationSpec(
            child({
              id: AGENT,
              address: { stashLimit: MAX_STASHED_EVENTS, refuse: refuseCommand },
              logic: agentLogic,
              input: (system) => ({
                user,
                heartbeat: addressOf(system, HEARTBEAT),
                callControl: addressOf(system, CALL_CONTROL),
                onNotice,
                calls: this.calls,
                watchers: this.#watchers,
              }),
            }),
            this.#memory,
            () => ({
              patienceMs,
              maxLines: MAX_UNSENT_MESSAGES,
              maxHeldLines: MAX_UNSENT_MESSAGES,
              unreadMs: options.patienceMs ?? UNREAD_PATIENCE_MS,
              blocked: this.#blocked,
            }),
          ),
          heartbeatSpec({ host: server, tcpPort, udpPort }, this.#memory),
        ],
      }),
      { log, onEmitted: (event) => this.#memory.take(event) },
    );
    this.ended = this.#tree.ended;
    this.ended.then(() => this.#onEnded());
  }

  register(id: string): Promise<ServerAnswer> {
    return this.#change('REG', () => [idOf(id)]);
  }

  add(buddy: string): Promise<ServerAnswer> {
    return this.#change('ADD', () => [this.#user, idOf(buddy)]);
  }

  del(buddy: string): Promise<ServerAnswer> {
    return this.#change('DEL', () => [this.#user, idOf(buddy)]);
  }

  /** Who asks while another waits gets the same answer: there is one question at a time. */
  async buddies(): Promise<BuddyList> {
    this.#demandUser();
    await this.#up();
    this.#asking ??= this.#ask<BuddyList>((request) => ({ type: 'buddies.ask', request })).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async *watchBuddies(): AsyncIterable<BuddyList> {
    this.#demandUser();
    await this.#up();
    const inbox = new Inbox<BuddyList>();
    this.#watchers.add(inbox);
    // Everybody who watches hears the answer; of a server that is silent, `onNotice` tells.
    this.buddies().catch(() => {});
    let last: string | undefined;
    try {
      for await (const buddies of inbox) {
        const seen = JSON.stringify([buddies, buddies.mayBeCut]);
        if (seen !== last) yield buddies;
        last = seen;
      }
    } finally {
      this.#watchers.delete(inbox);
    }
  }

  async listen(): Promise<number> {
    this.#demandUser();
    await this.#up();
    this.#listening ??= this.#listen().catch((error) => {
      this.#listening = undefined; // it may be tried again
      throw error;
    });
    return this.#listening;
  }

  block(names: readonly string[]): void {
    this.#blocked = names.map((name) => name.toLowerCase());
    if (this.#end.signal.aborted) return;
    addressOf(this.#tree.root.system, CALL_CONTROL).send({ type: 'callers.block', names: this.#blocked });
  }

  async call(buddy: string, { onProgress }: CallOptions = {}): Promise<Chat> {
    const id = idOf(buddy);
    const buddies = await this.buddies();
    const found = buddies.find((other) => other.id === id);
    if (found === undefined) throw unlisted(id, buddies);
    const { endpoint } = found;
    if (endpoint === undefined) throw new ClientError('buddy.offline', `${id} is offline`);
    return this.#ask<Chat>(({ resolve, reject }) => ({
      type: 'call.request',
      request: { buddy: id, endpoint, onProgress, resolve, reject },
    }));
  }

  async close(): Promise<void> {
    this.#onEnded();
    this.#tree.shutdown();
    await this.ended;
  }

  get #user(): UserId {
    const { user } = this.#memory.state;
    if (user === undefined) throw new ClientError('user.missing', 'the client was made without a user');
    return user.id;
  }

  async #change(op: Change['op'], idsOf: () => readonly UserId[]): Promise<ServerAnswer> {
    const request = encodeRequest(op, ...idsOf());
    await this.#up();
    const server = { host: this.#host, port: this.#tcpPort };
    const { line } = await ask(server, request, this.#end.signal).catch((error: Error) => {
      throw unreachable(error.message, error);
    });
    const code = replyCode(line);
    if (code === undefined) throw unreachable(`its reply is none: ${line}`);
    return { code, text: line };
  }

  async #listen(): Promise<number> {
    const spec = callsSpec(this.#messagePort, this.#memory);
    const started = await addChild(this.#tree.root, spec).catch(() => undefined);
    const { callPort } = this.#memory.state;
    if (started?.ok && callPort !== undefined) return callPort;
    if (!started || started.ok || started.code === 'shutting_down') throw ended();
    throw unavailable(this.#messagePort, rootCause(started.error));
  }

  /** Asks the agent for something that it resolves or rejects. */
  #ask<TAnswer>(commandOf: (request: Settling<TAnswer>) => AgentCommand): Promise<TAnswer> {
    return new Promise((resolve, reject) => {
      const command = commandOf({ resolve, reject });
      if (this.#end.signal.aborted) refuseCommand(command);
      else addressOf(this.#tree.root.system, AGENT).send(command);
    });
  }

  /** Resolves when all of it runs. */
  async #up(): Promise<void> {
    const isUp = await this.#tree.ready;
    if (!isUp || this.#end.signal.aborted) throw ended();
  }

  #demandUser(): void {
    this.#user;
  }

  #onEnded(): void {
    this.#end.abort();
    this.calls.end();
    for (const watcher of this.#watchers) watcher.end();
  }
}

interface Settling<TAnswer> {
  resolve(answer: TAnswer): void;
  reject(error: unknown): void;
}

function idOf(text: string): UserId {
  const id = parseId(text);
  if (id !== undefined) return id;
  throw new ClientError('id.invalid', `'${text}' is no id: that is up to 64 letters, digits and _ . @ + -`);
}

function unlisted(id: UserId, { mayBeCut }: BuddyList): ClientError {
  if (!mayBeCut) return new ClientError('buddy.unknown', `${id} is not on the buddy list`);
  const reason = 'not on the part of the buddy list that the server sent: the list may be cut';
  return new ClientError('list.cut', `${id} is ${reason}`);
}

function unreachable(reason: string, cause?: unknown): ClientError {
  return new ClientError('server.unreachable', `the server could not be asked: ${reason}`, cause);
}

function unavailable(port: number, cause: unknown): ClientError {
  const { code, message } = (cause ?? {}) as NodeJS.ErrnoException;
  const reason = { EADDRINUSE: 'is in use', EACCES: 'needs privileges' }[code ?? ''];
  return new ClientError(
    'port.unavailable',
    `TCP port ${port} ${reason ?? `cannot be listened on: ${message}`}`,
    cause,
  );
}
