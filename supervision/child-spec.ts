/**
 * What a supervisor must know of a child: a description, as data, from which it can be started again.
 */

import type { AnyActorLogic, EventFromLogic, InputFrom } from 'xstate';
import { assert } from './assert.js';
import type { BackoffOptions } from './backoff.js';
import { type AnyActorSystem, hearsShutdown } from './behaviour.js';
import { DEFAULT_JITTER, DEFAULT_RESTART, DEFAULT_SHUTDOWN_MS, DEFAULT_SIGNIFICANT } from './defaults.js';
import type { AddressOptions, Name } from './mailbox.js';
import { isMachine } from './xstate-internals.js';

const RESTART_POLICIES = ['permanent', 'transient', 'temporary'] as const;

/** When a child is started again: always, only after a crash, or never. */
export type RestartPolicy = (typeof RESTART_POLICIES)[number];

/**
 * How a child is stopped: after at most so many milliseconds from the request to end, or at once.
 * `Infinity` is for supervisors, which bound the stop of their own children.
 */
export type ShutdownPolicy = number | 'brutal';

/** What is the same for every kind of child. */
export interface ChildOptions {
  /** Default `permanent`. */
  readonly restart?: RestartPolicy;
  /**
   * Default: `Infinity` for a supervisor; {@link DEFAULT_SHUTDOWN_MS} for a behaviour, and for a machine that
   * takes `shutdown.requested` in the state that it is in; `brutal` for any other logic, and in any other
   * state, which would not hear the request.
   */
  readonly shutdown?: ShutdownPolicy;
  /** Without it, a restart follows in the next turn. */
  readonly backoff?: BackoffOptions;
}

export interface ChildSpec extends ChildOptions {
  /** Unique among its siblings; with `address`, in the whole system. */
  readonly id: string;
  readonly logic: AnyActorLogic;
  /** Makes the input, anew at every start. */
  readonly input?: (system: AnyActorSystem) => unknown;
  /** Its end by itself may end its supervisor: see `autoShutdown`. Never of a permanent child. */
  readonly significant?: boolean;
  /** Gives the child a mailbox under its name: see `addressOf`. */
  readonly address?: AddressOptions<never>;
}

/** A spec with its defaults filled in. */
export interface ResolvedSpec extends ChildSpec {
  readonly restart: RestartPolicy;
  readonly shutdown: ShutdownPolicy;
  readonly significant: boolean;
  readonly type: ChildType;
  /** True for a machine whose spec leaves `shutdown` to its state. */
  readonly mayBeDeaf: boolean;
}

export type ChildType = 'worker' | 'supervisor';

/** What a spec of this logic must say of its input. */
export type InputSpec<TLogic extends AnyActorLogic> =
  undefined extends InputFrom<TLogic>
    ? { readonly input?: (system: AnyActorSystem) => InputFrom<TLogic> }
    : { readonly input: (system: AnyActorSystem) => InputFrom<TLogic> };

/** A spec of this logic, as it is written: all but the id and the address. */
type Written<TLogic extends AnyActorLogic> = Omit<ChildSpec, 'id' | 'logic' | 'input' | 'address'> & {
  readonly logic: TLogic;
} & InputSpec<TLogic>;

/**
 * Writes a child's spec, with its input and the events of its address checked against its logic: only a
 * child with a `Name` can have an address, and only events that it takes can be sent there.
 *
 * @example
 * child({ id: STORE, logic: storeLogic, input: () => ({ path }), address: { stashLimit: 1_000 } });
 */
export function child<TLogic extends AnyActorLogic, TEvent extends EventFromLogic<TLogic>>(
  spec: Written<TLogic> & { readonly id: Name<TEvent>; readonly address: AddressOptions<TEvent> },
): ChildSpec;
export function child<TLogic extends AnyActorLogic>(
  spec: Written<TLogic> & { readonly id: string; readonly address?: never },
): ChildSpec;
export function child(spec: ChildSpec): ChildSpec {
  return spec;
}

/**
 * Fills in a spec's defaults. Keys that it does not know are ignored.
 *
 * @throws TypeError that names the field, when a value is not one of those allowed.
 */
export function resolveSpec(spec: ChildSpec): ResolvedSpec {
  const { id, logic, restart = DEFAULT_RESTART, significant = DEFAULT_SIGNIFICANT } = spec;
  assert(typeof id === 'string' && id !== '', `id: a child needs a name, not ${String(id)}`);
  assert(isLogic(logic), `logic: '${id}' has no actor logic`);
  const { shutdown = defaultShutdown(logic) } = spec;
  assert(
    RESTART_POLICIES.includes(restart),
    `restart: '${id}' is permanent, transient or temporary, not '${restart}'`,
  );
  assert(
    shutdown === 'brutal' || shutdown === Number.POSITIVE_INFINITY || isDelay(shutdown),
    `shutdown: '${id}' ends within 0 to ${MAX_DELAY_MS} ms, or Infinity, or brutal, not '${shutdown}'`,
  );
  assert(
    !(significant && restart === 'permanent'),
    `significant: '${id}' is permanent, it never ends for good`,
  );
  if (spec.backoff !== undefined) demandBackoff(id, spec.backoff);
  if (spec.address !== undefined) {
    const { stashLimit } = spec.address;
    assert(stashLimit >= 0, `stashLimit: '${id}' keeps a number of events, not ${stashLimit}`);
  }
  const type = supervisorKind(logic) === undefined ? 'worker' : 'supervisor';
  const mayBeDeaf = spec.shutdown === undefined && isMachine(logic);
  return { ...spec, restart, shutdown, significant, type, mayBeDeaf };
}

/** What a timer takes: beyond it, Node.js fires at once. */
export const MAX_DELAY_MS = 2 ** 31 - 1;

/** Whether a timer takes this number of milliseconds. */
export function isDelay(ms: unknown): boolean {
  return typeof ms === 'number' && ms >= 0 && ms <= MAX_DELAY_MS;
}

function demandBackoff(
  id: string,
  { minMs, maxMs, jitter = DEFAULT_JITTER, resetAfterMs = maxMs }: BackoffOptions,
): void {
  assert(minMs > 0 && maxMs >= minMs, `backoff: '${id}' needs 0 < minMs <= maxMs, not ${minMs} and ${maxMs}`);
  assert(jitter >= 0 && resetAfterMs >= 0, `backoff: '${id}' has a negative jitter or resetAfterMs`);
  assert(isDelay(maxMs * (1 + jitter)), `backoff: '${id}' may wait for more than ${MAX_DELAY_MS} ms`);
}

/** Marks the logic of supervisors. */
const SUPERVISOR = Symbol('supervisor');

/** Has a list of children of their own, or many from one template. */
type SupervisorKind = 'list' | 'dynamic';

/** Has a logic counted as a supervisor's, and given all the time it needs to shut down. */
export function markSupervisor<TLogic extends AnyActorLogic>(logic: TLogic, kind: SupervisorKind): TLogic {
  return Object.assign(logic, { [SUPERVISOR]: kind });
}

/** What kind of supervisor a logic is; `undefined` for all other logics. */
export function supervisorKind(logic: AnyActorLogic): SupervisorKind | undefined {
  return (logic as { readonly [SUPERVISOR]?: SupervisorKind })[SUPERVISOR];
}

function isLogic(logic: unknown): logic is AnyActorLogic {
  return typeof (logic as Partial<AnyActorLogic> | undefined)?.transition === 'function';
}

/** As Erlang stops at once a process that does not trap exits. */
function defaultShutdown(logic: AnyActorLogic): ShutdownPolicy {
  if (supervisorKind(logic) !== undefined) return Number.POSITIVE_INFINITY;
  return isMachine(logic) || hearsShutdown(logic) ? DEFAULT_SHUTDOWN_MS : 'brutal';
}
