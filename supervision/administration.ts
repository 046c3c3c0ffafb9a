/**
 * Asking a supervisor: what children it has, and to start, stop, restart or forget one. After the
 * functions of OTP's `supervisor` module.
 *
 * A supervisor answers in its own time: a child's start or stop under way comes first, and a child that is to
 * be started counts as started when it is ready. What it will not do it refuses with a code; a function
 * rejects only with `SupervisorError` `not_running`, when there is no supervisor to ask, or no longer one.
 */

import type { AnyActorLogic, AnyActorRef, EventObject, InputFrom } from 'xstate';
import type { ChildSpec, ChildType } from './child-spec.js';
import { watched } from './containment.js';
import { SupervisorError } from './supervisor-error.js';

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

/** Adds a child after the others, and starts it. A child that fails to start leaves no spec. */
export function addChild(supervisor: AnyActorRef, spec: ChildSpec): Promise<Answer<Started>> {
  return ask(supervisor, (reply: Reply<Started>) => ({ type: 'child.add', spec, reply }));
}

/** Has a dynamic supervisor start a child with this input. */
export function startChild<TLogic extends AnyActorLogic>(
  supervisor: AnyActorRef,
  input: InputFrom<TLogic>,
): Promise<Answer<Started>> {
  return ask(
    supervisor,
    (reply: Reply<Started>): ChildStart<InputFrom<TLogic>> => ({ type: 'child.start', input, reply }),
  );
}

/**
 * Stops a child, by its id or, of a dynamic supervisor, by its actor. Its spec stays, unless it is temporary.
 */
export function terminateChild(supervisor: AnyActorRef, child: string | AnyActorRef): Promise<Answer> {
  return ask(supervisor, (reply: Reply) => ({ type: 'child.terminate', child, reply }));
}

/** Starts a child that is down. If that fails it stays down. */
export function restartChild(supervisor: AnyActorRef, id: string): Promise<Answer<Started>> {
  return ask(supervisor, (reply: Reply<Started>) => ({ type: 'child.restart', id, reply }));
}

/** Forgets a child that is down. */
export function deleteChild(supervisor: AnyActorRef, id: string): Promise<Answer> {
  return ask(supervisor, (reply: Reply) => ({ type: 'child.delete', id, reply }));
}

/** Lists the children, in the order in which they start. */
export function listChildren(supervisor: AnyActorRef): Promise<readonly ChildInfo[]> {
  return ask(supervisor, (reply: (children: readonly ChildInfo[]) => void) => ({
    type: 'children.list',
    reply,
  }));
}

/** Counts the children. */
export function countChildren(supervisor: AnyActorRef): Promise<ChildCount> {
  return ask(supervisor, (reply: (count: ChildCount) => void) => ({ type: 'children.count', reply }));
}

function ask<TAnswer>(
  supervisor: AnyActorRef,
  request: (reply: (answer: TAnswer) => void) => EventObject,
): Promise<TAnswer> {
  return new Promise((resolve, reject) => {
    const gone = () => reject(new SupervisorError('not_running', supervisor.id));
    if (supervisor.getSnapshot().status !== 'active') return gone();
    const subscription = supervisor.subscribe({ complete: gone, error: gone });
    supervisor.send(
      request((answer) => {
        subscription.unsubscribe();
        resolve(answer);
      }),
    );
  });
}
