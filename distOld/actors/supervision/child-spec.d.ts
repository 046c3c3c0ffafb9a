/**
 * What a supervisor must know of a child: a description, as data, from which it can be started again.
 */
import { type AnyActorLogic, type EventFromLogic, type InputFrom } from 'xstate';
import { type BackoffOptions } from './backoff.js';
import { type AnyActorSystem } from './behaviour.js';
import type { AddressOptions, Name } from './mailbox.js';
declare const RESTART_POLICIES: readonly ["permanent", "transient", "temporary"];
/** When a child is started again: always, only after a crash, or never. */
export type RestartPolicy = (typeof RESTART_POLICIES)[number];
/**
 * How a child is stopped: after at most so many milliseconds from the request to end, or at once.
 * `Infinity` is for supervisors, which bound the stop of their own children.
 */
export type ShutdownPolicy = number | 'brutal';
/** OTP's default for a worker, in milliseconds. */
export declare const DEFAULT_SHUTDOWN_MS = 5000;
/** What is the same for every kind of child. */
export interface ChildOptions {
    /** Default `permanent`. */
    readonly restart?: RestartPolicy;
    /**
     * Default: `Infinity` for a supervisor; {@link DEFAULT_SHUTDOWN_MS} for a behaviour and for a machine that
     * has a transition for `shutdown.requested`; `brutal` for any other logic, which would not hear the request.
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
}
export type ChildType = 'worker' | 'supervisor';
/** What a spec of this logic must say of its input. */
export type InputSpec<TLogic extends AnyActorLogic> = undefined extends InputFrom<TLogic> ? {
    readonly input?: (system: AnyActorSystem) => InputFrom<TLogic>;
} : {
    readonly input: (system: AnyActorSystem) => InputFrom<TLogic>;
};
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
export declare function child<TLogic extends AnyActorLogic, TEvent extends EventFromLogic<TLogic>>(spec: Written<TLogic> & {
    readonly id: Name<TEvent>;
    readonly address: AddressOptions<TEvent>;
}): ChildSpec;
export declare function child<TLogic extends AnyActorLogic>(spec: Written<TLogic> & {
    readonly id: string;
    readonly address?: never;
}): ChildSpec;
/**
 * Fills in a spec's defaults. Keys that it does not know are ignored.
 *
 * @throws TypeError that names the field, when a value is not one of those allowed.
 */
export declare function resolveSpec(spec: ChildSpec): ResolvedSpec;
/** Has a logic counted as a supervisor's, and given all the time it needs to shut down. */
export declare function markSupervisor<TLogic extends AnyActorLogic>(logic: TLogic): TLogic;
export {};
