/**
 * The actor of one connection to the administration socket: reads one request, carries it out, and answers.
 */

import type { Socket } from 'node:net';
import { toDisplayText } from '../../protocol/display-text.js';
import { LineSplitter } from '../../protocol/line-splitter.js';
import {
  type Behaviour,
  type BehaviourLogic,
  type BehaviourScope,
  fromBehaviour,
} from '../../supervision/behaviour.js';
import { Deadline } from '../../supervision/deadline.js';
import { type Log, logVisibly } from '../log.js';
import { type Operator, runAdminCommand } from './admin-commands.js';
import { AdminError } from './admin-error.js';
import {
  type AdminCaller,
  type AdminFailure,
  type AdminFields,
  type AdminLine,
  type AdminRequest,
  encodeAdminLine,
  isReadOnly,
  MAX_ADMIN_REQUEST_BYTES,
  parseAdminRequest,
} from './admin-protocol.js';
import { type AdminAnswer, type AdminNeighbours, AdminQuestions } from './admin-questions.js';
import type { AdminFacts } from './admin-views.js';

/**
 * Longest wait for the whole request, in milliseconds. After the answer, also the longest wait for the caller
 * to close the connection.
 */
const PATIENCE_MS = 10_000;

/**
 * Longest wait for the caller to read the next part of a list, in milliseconds. The wait is long because a
 * person may page through the list.
 */
const READER_PATIENCE_MS = 10 * 60_000;

const STOPPING = 'the server is stopping';

/** The result of a command in the log. `interrupted`: this actor ended before it had the answer. */
type AuditResult = 'done' | 'interrupted' | AdminFailure['code'];

export interface AdminConnectionInput extends AdminNeighbours {
  readonly socket: Socket;
  readonly operator: Operator;
  readonly facts: AdminFacts;
  readonly log: Log;
}

export type AdminConnectionEvent = AdminAnswer | { readonly type: 'patience.ended' };

export const adminConnectionLogic: BehaviourLogic<AdminConnectionEvent, AdminConnectionInput> = fromBehaviour(
  (scope, input) => new AdminConnection(scope, input),
);

class AdminConnection implements Behaviour<AdminConnectionEvent> {
  readonly #scope: BehaviourScope<AdminConnectionEvent>;
  readonly #input: AdminConnectionInput;
  readonly #questions: AdminQuestions;
  readonly #patience: Deadline<AdminConnectionEvent>;
  readonly #splitter = new LineSplitter(MAX_ADMIN_REQUEST_BYTES);
  #state: 'reading' | 'answering' | 'answered' = 'reading';
  #asked: { readonly by: AdminCaller; readonly request: AdminRequest } | undefined;
  /** True once the command `stop` was accepted: the socket then stays open until the process has ended. */
  #isStop = false;
  #isServerStopping = false;
  /** Called when the caller has read a part of the answer, or when the connection is lost. */
  #onDrained = () => {};

  constructor(scope: BehaviourScope<AdminConnectionEvent>, input: AdminConnectionInput) {
    const { socket } = input;
    this.#scope = scope;
    this.#input = input;
    this.#questions = new AdminQuestions(scope as BehaviourScope<AdminAnswer>, input);
    this.#patience = new Deadline<AdminConnectionEvent>(scope, { type: 'patience.ended' }, PATIENCE_MS);
    socket.on(
      'data',
      scope.guard((chunk: Buffer) => this.#read(chunk)),
    );
    socket.on('end', () => {
      if (this.#state === 'reading') scope.end();
    });
    socket.on('drain', () => this.#onDrained());
    socket.on('error', () => scope.end());
    socket.on('close', () => scope.end());
  }

  receive(event: AdminConnectionEvent): void {
    if (event.type === 'patience.ended') this.#scope.end();
    else this.#questions.receive(event);
  }

  /**
   * Waits until a change in progress is finished, so that the log can say whether it was made. The supervisor
   * limits the wait.
   */
  shutdown(): void {
    this.#isServerStopping = true;
    if (this.#state === 'answering' && this.#asked && !isReadOnly(this.#asked.request)) return;
    if (this.#state === 'reading') this.#send({ failed: { code: 'refused', message: STOPPING } });
    this.#scope.end();
  }

  release(): void {
    const { socket } = this.#input;
    this.#interrupt();
    this.#questions.close();
    this.#patience.cancel();
    socket.removeAllListeners().on('error', () => {});
    this.#onDrained();
    // The caller of `stop` waits until the process has ended. The kernel then closes this socket.
    if (this.#isStop) socket.unref();
    else socket.destroySoon();
  }

  state(): string {
    return this.#state;
  }

  #read(chunk: Buffer): void {
    const [line] = this.#splitter.push(chunk);
    if (line === undefined || this.#state !== 'reading') return;
    this.#state = 'answering';
    // Bytes after the request stay in the kernel, so a flood costs this process no memory.
    this.#input.socket.pause();
    const run = this.#scope.guard(() => this.#answer(line.cut ? new Uint8Array() : line.bytes));
    run();
  }

  /** Called when the actor ends. If a command has no answer yet, answers that it was interrupted. */
  #interrupt(): void {
    if (this.#state !== 'answering' || this.#asked === undefined) return;
    const reason = this.#isServerStopping ? STOPPING : 'the command was interrupted';
    const message = isReadOnly(this.#asked.request)
      ? reason
      : `${reason}: the change may or may not have been made`;
    this.#end({ failed: { code: 'unavailable', message } }, 'interrupted');
  }

  async #answer(line: Uint8Array): Promise<void> {
    const parsed = parseAdminRequest(line);
    if ('code' in parsed) {
      this.#input.log.warn({ reason: parsed.message }, 'an administration request was refused');
      return this.#end({ failed: parsed });
    }
    this.#asked = parsed;
    // From here on, `AdminQuestions` limits the wait for each answer.
    this.#patience.cancel();
    try {
      const done = await this.#run(parsed.request);
      this.#end({ done }, 'done');
      if (this.#isStop) this.#input.operator.stop();
    } catch (error) {
      if (!(error instanceof AdminError)) throw error;
      const { code, message } = error;
      this.#end({ failed: { code, message } }, code);
    }
  }

  #run(request: AdminRequest): Promise<AdminFields> {
    const { operator, facts } = this.#input;
    this.#isStop = request.command === 'stop';
    const write = (row: AdminFields) => this.#write(row);
    return runAdminCommand(request, {
      questions: this.#questions,
      operator,
      facts,
      write,
      now: () => this.#scope.now(),
    });
  }

  /** Writes a row. Resolves when there is room for the next row. */
  async #write(row: AdminFields): Promise<void> {
    if (!this.#input.socket.writable) throw new AdminError('unavailable', 'the caller has disconnected');
    if (this.#send({ row })) return;
    this.#patience.restart(READER_PATIENCE_MS);
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve;
    });
    this.#patience.cancel();
  }

  /** @param result The result for the log; `undefined` for a request that is not valid. */
  #end(line: AdminLine, result?: AuditResult): void {
    if (this.#state !== 'answering') return;
    this.#state = 'answered';
    if (result !== undefined) this.#audit(result);
    this.#send(line);
    if (this.#isServerStopping) this.#scope.end();
    if (this.#isStop) return;
    this.#input.socket.end();
    this.#patience.restart(PATIENCE_MS);
    // The caller closes its side when it has read the answer.
    this.#input.socket.resume();
  }

  #send(line: AdminLine): boolean {
    return this.#input.socket.write(encodeAdminLine(line));
  }

  /** Logs who did what. */
  #audit(result: AuditResult): void {
    if (this.#asked === undefined) return;
    const { by, request } = this.#asked;
    const { user, uid, sudoUser } = by;
    const { target, command, ...details } = { target: undefined, ...request };
    const fields = {
      by: user,
      ...(uid !== undefined && { uid }),
      ...(sudoUser !== undefined && { sudoUser }),
      command,
      ...details,
      ...(target !== undefined && { target: toDisplayText((target as { readonly name: string }).name) }),
      result,
    };
    logVisibly(this.#input.log, fields, 'administration');
  }
}
