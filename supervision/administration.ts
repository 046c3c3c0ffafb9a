/**
 * Requests to a supervisor: to list its children, and to start, stop, restart or delete a child. Modelled on
 * the functions of Erlang/OTP's `supervisor` module.
 *
 * A supervisor first finishes a start or stop that is under way. It answers a request to start a child when
 * the child is ready. If it cannot carry out a request, it answers with a refusal code. The promise of a
 * request rejects with a `SupervisorError`: `no_supervisor` or `not_running` when no supervisor can answer,
 * `timed_out` when the answer takes too long.
 */

import type { AnyActorLogic, AnyActorRef, EventObject, InputFrom } from 'xstate';
import { assert } from './assert.js';
import { type ChildSpec, type ChildType, isDelay, MAX_DELAY_MS, supervisorKind } from './child-spec.js';
import { guardCallback } from './isolation.js';
import { SupervisorError, type SupervisorErrorCode } from './supervisor-error.js';
import { internalsOf, isRunning } from './xstate-internals.js';

/**
 * - `invalid_spec`: the spec has a bad value, which `error` names.
 * - `already_started`: a child with that id runs, or is about to be started. `already_present`: a child with
 * that id is down, but has a spec.
 * - `start_failed`: the child's start failed with `error`.
 * - `not_found`: there is no such child.
 * - `running`, `restarting`: the child must be terminated first.
 * - `limit_reached`: the dynamic supervisor has reached its limit or a quota.
 * - `not_dynamic`: only a dynamic supervisor starts children from an input.
 * - `dynamic`: children of a dynamic supervisor have no ids; name them by their actors.
 * - `shutting_down`: the supervisor is shutting down, or the child was terminated meanwhile.
 */
export type RefusalCode =
  | 'invalid_spec'
  | 'already_started'
  | 'already_present'
  | 'start_failed'
  | 'not_found'
  | 'running'
  | 'restarting'
  | 'limit_reached'
  | 'dynamic'
  | 'not_dynamic'
  | 'shutting_down';

export interface Refusal {
  readonly ok: false;
  readonly code: RefusalCode;
  readonly error?: unknown;
}

export type Answer<TValue = unknown> = (TValue & { readonly ok: true }) | Refusal;

/** Receives the answer, synchronously, while the supervisor handles an event. */
export type Reply<TValue = unknown> = (answer: Answer<TValue>) => void;

/** A child that was started. It has no actor if its start returned `IGNORE`. */
export interface Started {
  readonly actor: AnyActorRef | undefined;
}

/** The current state of a child. */
export interface ChildInfo {
  readonly id: string;
  /** `undefined` while the child is down. */
  readonly actor: AnyActorRef | 'restarting' | undefined;
  readonly type: ChildType;
}

/** How many children have a spec, how many have an actor, and how many are of each type. */
export interface ChildCount {
  readonly specs: number;
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

/**
 * Passes an answer to all waiting callbacks. A throw in a callback is reported; it does not crash the
 * supervisor.
 */
export function sendAnswer<TAnswer>(
  supervisor: AnyActorRef,
  replies: readonly ((answer: TAnswer) => void)[],
  given: TAnswer,
): void {
  for (const reply of replies) guardCallback('reply', supervisor, reply)(given);
}

/** Answers a request with a refusal. */
export function refuse(
  supervisor: AnyActorRef,
  reply: Reply<never>,
  code: RefusalCode,
  error?: unknown,
): void {
  sendAnswer(supervisor, [reply], error === undefined ? { ok: false, code } : { ok: false, code, error });
}

/** Counts listed children. */
export function countOf(children: readonly ChildInfo[]): ChildCount {
  const supervisors = children.filter(({ type }) => type === 'supervisor').length;
  return {
    specs: children.length,
    active: children.filter(({ actor }) => typeof actor === 'object').length,
    supervisors,
    workers: children.length - supervisors,
  };
}

/** The requests that every supervisor answers. */
export type AdministrationEvent =
  | { readonly type: 'child.add'; readonly spec: ChildSpec; readonly reply: Reply<Started> }
  | { readonly type: 'child.terminate'; readonly child: string | AnyActorRef; readonly reply: Reply }
  | { readonly type: 'child.restart'; readonly id: string; readonly reply: Reply<Started> }
  | { readonly type: 'child.delete'; readonly id: string; readonly reply: Reply }
  | { readonly type: 'children.list'; readonly reply: (children: readonly ChildInfo[]) => void }
  | { readonly type: 'children.count'; readonly reply: (count: ChildCount) => void };

/** Asks a dynamic supervisor for a new child. Any actor may send this event. */
export interface ChildStart<TInput> {
  readonly type: 'child.start';
  readonly input: TInput;
  readonly reply?: Reply<Started>;
}

/** Options of a request. */
export interface AskOptions {
  /**
   * Longest wait for the answer, in milliseconds. By default, the wait has no limit while the supervisor
   * runs. The supervisor may still carry out the request after the time limit.
   */
  readonly timeoutMs?: number;
}

/** Adds a child after the others and starts it. A child that fails to start leaves no spec. */
export function addChild(
  supervisor: AnyActorRef,
  spec: ChildSpec,
  options?: AskOptions,
): Promise<Answer<Started>> {
  return ask(supervisor, options, (reply: Reply<Started>) => ({ type: 'child.add', spec, reply }));
}

/** Starts a child of a dynamic supervisor with this input. */
export function startChild<TLogic extends AnyActorLogic>(
  supervisor: AnyActorRef,
  input: InputFrom<TLogic>,
  options?: AskOptions,
): Promise<Answer<Started>> {
  const request = (reply: Reply<Started>): ChildStart<InputFrom<TLogic>> => ({
    type: 'child.start',
    input,
    reply,
  });
  return ask(supervisor, options, request);
}

/**
 * Stops a child. The argument `child` is the child's id or its actor; for a child of a dynamic supervisor,
 * only its actor. A supervisor that is not dynamic keeps the child's spec, unless the child is temporary.
 */
export function terminateChild(
  supervisor: AnyActorRef,
  child: string | AnyActorRef,
  options?: AskOptions,
): Promise<Answer> {
  return ask(supervisor, options, (reply: Reply) => ({ type: 'child.terminate', child, reply }));
}

/** Starts a child that is down. If the start fails, the child stays down. */
export function restartChild(
  supervisor: AnyActorRef,
  id: string,
  options?: AskOptions,
): Promise<Answer<Started>> {
  return ask(supervisor, options, (reply: Reply<Started>) => ({ type: 'child.restart', id, reply }));
}

/** Deletes the spec of a child that is down. */
export function deleteChild(supervisor: AnyActorRef, id: string, options?: AskOptions): Promise<Answer> {
  return ask(supervisor, options, (reply: Reply) => ({ type: 'child.delete', id, reply }));
}

/** Lists the children. Only a supervisor that is not dynamic lists them in start order. */
export function listChildren(supervisor: AnyActorRef, options?: AskOptions): Promise<readonly ChildInfo[]> {
  type List = (children: readonly ChildInfo[]) => void;
  return ask(supervisor, options, (reply: List) => ({ type: 'children.list', reply }));
}

/** Counts the children. */
export function countChildren(supervisor: AnyActorRef, options?: AskOptions): Promise<ChildCount> {
  type Count = (count: ChildCount) => void;
  return ask(supervisor, options, (reply: Count) => ({ type: 'children.count', reply }));
}

async function ask<TAnswer>(
  supervisor: AnyActorRef,
  { timeoutMs }: AskOptions = {},
  request: (reply: (answer: TAnswer) => void) => EventObject,
): Promise<TAnswer> {
  assert(
    timeoutMs === undefined || isDelay(timeoutMs),
    `timeoutMs: 0 to ${MAX_DELAY_MS} ms, not ${String(timeoutMs)}`,
  );
  if (!isSupervisor(supervisor)) throw new SupervisorError('no_supervisor', String(supervisor?.id));
  if (!isRunning(supervisor)) throw new SupervisorError('not_running', supervisor.id);
  const { clock } = internalsOf(supervisor);
  return new Promise((resolve, reject) => {
    let timer: unknown;
    const finish = (resolveOrReject: () => void) => {
      subscription.unsubscribe();
      if (timer !== undefined) clock.clearTimeout(timer);
      resolveOrReject();
    };
    const fail = (code: SupervisorErrorCode) => () =>
      finish(() => reject(new SupervisorError(code, supervisor.id)));
    const subscription = supervisor.subscribe({
      complete: fail('not_running'),
      error: fail('not_running'),
    });
    if (timeoutMs !== undefined) timer = clock.setTimeout(fail('timed_out'), timeoutMs);
    supervisor.send(request((answer) => finish(() => resolve(answer))));
  });
}

/** Whether an actor is a supervisor. Another actor, such as a mailbox, would leave the request unanswered. */
function isSupervisor(actor: AnyActorRef | undefined): boolean {
  const { logic } = (actor ?? {}) as { readonly logic?: AnyActorLogic };
  return logic !== undefined && supervisorKind(logic) !== undefined;
}
