/**
 * Asking a supervisor: what children it has, and to start, stop, restart or forget one. After the
 * functions of OTP's `supervisor` module.
 *
 * A supervisor answers in its own time: a child's start or stop under way comes first, and a child that is to
 * be started counts as started when it is ready. What it will not do it refuses with a code. A function
 * rejects with a `SupervisorError`: `no_supervisor` or `not_running` when there is none to ask, `timed_out`
 * when the answer did not come in the time that it was given.
 */

import type { AnyActorLogic, AnyActorRef, EventObject, InputFrom } from 'xstate';
import { assert } from './assert.js';
import { type ChildSpec, type ChildType, isDelay, MAX_DELAY_MS, supervisorKind } from './child-spec.js';
import { watched } from './isolation.js';
import { SupervisorError, type SupervisorErrorCode } from './supervisor-error.js';
import { internalsOf, isRunning } from './xstate-internals.js';

/**
 * - `invalid_spec`: the spec has a bad value; `error` names it.
 * - `already_started`, `already_present`: a child of that id runs, or has a spec.
 * - `start_failed`: the child's start failed with `error`.
 * - `not_found`: there is no such child.
 * - `running`, `restarting`: the child must be terminated first.
 * - `limit_reached`: a dynamic supervisor has as many children as it may.
 * - `not_dynamic`: only a dynamic supervisor starts children from an input.
 * - `dynamic`: children of a dynamic supervisor are known by their actors, not by ids.
 * - `shutting_down`: the supervisor is about to end, or the child was terminated meanwhile.
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

/** Given the answer, in the supervisor's turn. */
export type Reply<TValue = unknown> = (answer: Answer<TValue>) => void;

/** A child that was started; it has no actor when its start said `IGNORE`. */
export interface Started {
  readonly actor: AnyActorRef | undefined;
}

/** A child as it is now. */
export interface ChildInfo {
  readonly id: string;
  /** `undefined` while it is down. */
  readonly actor: AnyActorRef | 'restarting' | undefined;
  readonly type: ChildType;
}

/** How many children there are: with a spec; with an actor; of either type. */
export interface ChildCount {
  readonly specs: number;
  readonly active: number;
  readonly supervisors: number;
  readonly workers: number;
}

/** Gives an answer to whoever waits for it; whoever cannot bear it is no affair of the supervisor's. */
export function answer<TAnswer>(
  supervisor: AnyActorRef,
  replies: readonly ((answer: TAnswer) => void)[],
  given: TAnswer,
): void {
  for (const reply of replies) watched('reply', supervisor, reply)(given);
}

/** Answers that something is not done. */
export function refuse(
  supervisor: AnyActorRef,
  reply: Reply<never>,
  code: RefusalCode,
  error?: unknown,
): void {
  answer(supervisor, [reply], error === undefined ? { ok: false, code } : { ok: false, code, error });
}

/** Counts children that are listed. */
export function countOf(children: readonly ChildInfo[]): ChildCount {
  const supervisors = children.filter(({ type }) => type === 'supervisor').length;
  return {
    specs: children.length,
    active: children.filter(({ actor }) => typeof actor === 'object').length,
    supervisors,
    workers: children.length - supervisors,
  };
}

/** What every supervisor is asked. */
export type AdministrationEvent =
  | { readonly type: 'child.add'; readonly spec: ChildSpec; readonly reply: Reply<Started> }
  | { readonly type: 'child.terminate'; readonly child: string | AnyActorRef; readonly reply: Reply }
  | { readonly type: 'child.restart'; readonly id: string; readonly reply: Reply<Started> }
  | { readonly type: 'child.delete'; readonly id: string; readonly reply: Reply }
  | { readonly type: 'children.list'; readonly reply: (children: readonly ChildInfo[]) => void }
  | { readonly type: 'children.count'; readonly reply: (count: ChildCount) => void };

/** Asks a dynamic supervisor for a new child. Anyone may send it. */
export interface ChildStart<TInput> {
  readonly type: 'child.start';
  readonly input: TInput;
  readonly reply?: Reply<Started>;
}

/** How a supervisor is asked. */
export interface AskOptions {
  /**
   * Longest wait for the answer, in milliseconds; without it, as long as the supervisor lives. What was asked
   * for may be done after it.
   */
  readonly timeoutMs?: number;
}

/** Adds a child after the others, and starts it. A child that fails to start leaves no spec. */
export function addChild(
  supervisor: AnyActorRef,
  spec: ChildSpec,
  options?: AskOptions,
): Promise<Answer<Started>> {
  return ask(supervisor, options, (reply: Reply<Started>) => ({ type: 'child.add', spec, reply }));
}

/** Has a dynamic supervisor start a child with this input. */
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
 * Stops a child, by its id or, of a dynamic supervisor, by its actor. Its spec stays, unless it is temporary.
 */
export function terminateChild(
  supervisor: AnyActorRef,
  child: string | AnyActorRef,
  options?: AskOptions,
): Promise<Answer> {
  return ask(supervisor, options, (reply: Reply) => ({ type: 'child.terminate', child, reply }));
}

/** Starts a child that is down. If that fails it stays down. */
export function restartChild(
  supervisor: AnyActorRef,
  id: string,
  options?: AskOptions,
): Promise<Answer<Started>> {
  return ask(supervisor, options, (reply: Reply<Started>) => ({ type: 'child.restart', id, reply }));
}

/** Forgets a child that is down. */
export function deleteChild(supervisor: AnyActorRef, id: string, options?: AskOptions): Promise<Answer> {
  return ask(supervisor, options, (reply: Reply) => ({ type: 'child.delete', id, reply }));
}

/** Lists the children, in the order in which they start. */
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
    const end = (settle: () => void) => {
      subscription.unsubscribe();
      if (timer !== undefined) clock.clearTimeout(timer);
      settle();
    };
    const fail = (code: SupervisorErrorCode) => () =>
      end(() => reject(new SupervisorError(code, supervisor.id)));
    const subscription = supervisor.subscribe({
      complete: fail('not_running'),
      error: fail('not_running'),
    });
    if (timeoutMs !== undefined) timer = clock.setTimeout(fail('timed_out'), timeoutMs);
    supervisor.send(request((answer) => end(() => resolve(answer))));
  });
}

/** Any other actor, such as a mailbox, would leave the question unanswered. */
function isSupervisor(actor: AnyActorRef | undefined): boolean {
  const { logic } = (actor ?? {}) as { readonly logic?: AnyActorLogic };
  return logic !== undefined && supervisorKind(logic) !== undefined;
}
