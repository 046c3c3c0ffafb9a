/**
 * Child specs: data that describes a child, from which its supervisor can start it again.
 */

import type { AnyActorLogic, EventFromLogic, InputFrom } from 'xstate';
import { assert } from './assert.js';
import type { BackoffOptions } from './backoff.js';
import { type AnyActorSystem, handlesShutdown } from './behaviour.js';
import { DEFAULT_JITTER, DEFAULT_RESTART, DEFAULT_SHUTDOWN_MS, DEFAULT_SIGNIFICANT } from './defaults.js';
import type { AddressOptions, Name } from './mailbox.js';
import { isMachine } from './xstate-internals.js';

const RESTART_POLICIES = ['permanent', 'transient', 'temporary'] as const;

/** When a child is restarted: always, only after a crash, or never. */
export type RestartPolicy = (typeof RESTART_POLICIES)[number];

/**
 * How a child is stopped: at most this many milliseconds after the request to end, or at once (`brutal`).
 * `Infinity` is for supervisors, which limit the stop times of their own children.
 */
export type ShutdownPolicy = number | 'brutal';

/** The options of every child, static or dynamic. */
export interface ChildOptions {
  /** Default `permanent`. */
  readonly restart?: RestartPolicy;
  /**
   * Default: `Infinity` for a supervisor; {@link DEFAULT_SHUTDOWN_MS} for a behaviour, and for a machine
   * whose current state handles `shutdown.requested`; `brutal` for a machine in any other state, and for any
   * other logic, because they would ignore the request.
   */
  readonly shutdown?: ShutdownPolicy;
  /** By default, a restart follows in a later event-loop iteration, without further delay. */
  readonly backoff?: BackoffOptions;
}

export interface ChildSpec extends ChildOptions {
  /** Unique among its siblings. With `address`, unique in the whole system. */
  readonly id: string;
  readonly logic: AnyActorLogic;
  /** Creates the input, at every start. */
  readonly input?: (system: AnyActorSystem) => unknown;
  /** The child's end may end its supervisor: see `autoShutdown`. Not allowed for a permanent child. */
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
  /** True for a machine without `shutdown` in its spec: its current state may ignore the request. */
  readonly mayIgnoreShutdown: boolean;
}

export type ChildType = 'worker' | 'supervisor';

/** The `input` field that a spec of this logic must have. */
export type InputSpec<TLogic extends AnyActorLogic> =
  undefined extends InputFrom<TLogic>
    ? { readonly input?: (system: AnyActorSystem) => InputFrom<TLogic> }
    : { readonly input: (system: AnyActorSystem) => InputFrom<TLogic> };

/** The fields of a spec of this logic, without the id and the address. */
type Written<TLogic extends AnyActorLogic> = Omit<ChildSpec, 'id' | 'logic' | 'input' | 'address'> & {
  readonly logic: TLogic;
} & InputSpec<TLogic>;

/**
 * Declares a child's spec, so that the compiler checks its types: the input and the events of the address
 * must fit the logic. Only a child with a `Name` can have an address.
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
 * Fills in a spec's defaults and checks its values. Unknown keys are ignored.
 *
 * @throws TypeError that names the field, when its value is not allowed.
 */
export function resolveSpec(spec: ChildSpec): ResolvedSpec {
  const { id, logic, restart = DEFAULT_RESTART, significant = DEFAULT_SIGNIFICANT } = spec;
  assert(typeof id === 'string' && id !== '', `id: a child needs a name, not ${String(id)}`);
  assert(isLogic(logic), `logic: '${id}' has no actor logic`);
  const { shutdown = defaultShutdown(logic) } = spec;
  assert(
    RESTART_POLICIES.includes(restart),
    `restart: use permanent, transient or temporary for '${id}', not '${restart}'`,
  );
  assert(
    shutdown === 'brutal' || shutdown === Number.POSITIVE_INFINITY || isDelay(shutdown),
    `shutdown: use 0 to ${MAX_DELAY_MS} ms, Infinity or brutal for '${id}', not '${shutdown}'`,
  );
  assert(
    !(significant && restart === 'permanent'),
    `significant: '${id}' is permanent and always restarted, so it cannot be significant`,
  );
  if (spec.backoff !== undefined) assertBackoff(id, spec.backoff);
  if (spec.address !== undefined) {
    const { stashLimit } = spec.address;
    assert(stashLimit >= 0, `stashLimit: use 0 or more events for '${id}', not ${stashLimit}`);
  }
  const type = supervisorKind(logic) === undefined ? 'worker' : 'supervisor';
  const mayIgnoreShutdown = spec.shutdown === undefined && isMachine(logic);
  return { ...spec, restart, shutdown, significant, type, mayIgnoreShutdown };
}

/** The longest delay of a timer, in milliseconds. Node.js fires a timer with a longer delay at once. */
export const MAX_DELAY_MS = 2 ** 31 - 1;

/** Whether a timer accepts this number of milliseconds. */
export function isDelay(ms: unknown): boolean {
  return typeof ms === 'number' && ms >= 0 && ms <= MAX_DELAY_MS;
}

function assertBackoff(
  id: string,
  { minMs, maxMs, jitter = DEFAULT_JITTER, resetAfterMs = maxMs }: BackoffOptions,
): void {
  assert(minMs > 0 && maxMs >= minMs, `backoff: '${id}' needs 0 < minMs <= maxMs, not ${minMs} and ${maxMs}`);
  assert(jitter >= 0 && resetAfterMs >= 0, `backoff: '${id}' has a negative jitter or resetAfterMs`);
  assert(isDelay(maxMs * (1 + jitter)), `backoff: '${id}' may wait for more than ${MAX_DELAY_MS} ms`);
}

/** Marks the logic of supervisors. */
const SUPERVISOR = Symbol('supervisor');

/** A list of children with specs of their own, or dynamic children from one template. */
type SupervisorKind = 'list' | 'dynamic';

/**
 * Marks a logic as the logic of a supervisor. A child with this logic has the type `supervisor`, and by
 * default no limit for its shutdown.
 */
export function markSupervisor<TLogic extends AnyActorLogic>(logic: TLogic, kind: SupervisorKind): TLogic {
  return Object.assign(logic, { [SUPERVISOR]: kind });
}

/** The kind of supervisor that a logic is; `undefined` for all other logics. */
export function supervisorKind(logic: AnyActorLogic): SupervisorKind | undefined {
  return (logic as { readonly [SUPERVISOR]?: SupervisorKind })[SUPERVISOR];
}

function isLogic(logic: unknown): logic is AnyActorLogic {
  return typeof (logic as Partial<AnyActorLogic> | undefined)?.transition === 'function';
}

/** A logic that would ignore the request is stopped at once, like an Erlang process that traps no exits. */
function defaultShutdown(logic: AnyActorLogic): ShutdownPolicy {
  if (supervisorKind(logic) !== undefined) return Number.POSITIVE_INFINITY;
  return isMachine(logic) || handlesShutdown(logic) ? DEFAULT_SHUTDOWN_MS : 'brutal';
}
