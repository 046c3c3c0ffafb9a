/**
 * What a supervisor must know of a child: a description, as data, from which it can be started again.
 */
import { StateMachine } from 'xstate';
import { DEFAULT_JITTER } from './backoff.js';
import { hearsShutdown } from './behaviour.js';
import { demand } from './demand.js';
const RESTART_POLICIES = ['permanent', 'transient', 'temporary'];
/** OTP's default for a worker, in milliseconds. */
export const DEFAULT_SHUTDOWN_MS = 5_000;
export function child(spec) {
    return spec;
}
/**
 * Fills in a spec's defaults. Keys that it does not know are ignored.
 *
 * @throws TypeError that names the field, when a value is not one of those allowed.
 */
export function resolveSpec(spec) {
    const { id, logic, restart = 'permanent', significant = false } = spec;
    demand(typeof id === 'string' && id !== '', `id: a child needs a name, not ${String(id)}`);
    demand(isLogic(logic), `logic: '${id}' has no actor logic`);
    const { shutdown = defaultShutdown(logic) } = spec;
    demand(RESTART_POLICIES.includes(restart), `restart: '${id}' is permanent, transient or temporary, not '${restart}'`);
    demand(shutdown === 'brutal' || shutdown === Number.POSITIVE_INFINITY || isDelay(shutdown), `shutdown: '${id}' ends within 0 to ${MAX_DELAY_MS} ms, or Infinity, or brutal, not '${shutdown}'`);
    demand(!(significant && restart === 'permanent'), `significant: '${id}' is permanent, it never ends for good`);
    if (spec.backoff !== undefined)
        demandBackoff(id, spec.backoff);
    if (spec.address !== undefined) {
        const { stashLimit } = spec.address;
        demand(stashLimit >= 0, `stashLimit: '${id}' keeps a number of events, not ${stashLimit}`);
    }
    const type = isSupervisor(logic) ? 'supervisor' : 'worker';
    return { ...spec, restart, shutdown, significant, type };
}
/** What a timer takes: beyond it, Node.js fires at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;
function isDelay(ms) {
    return typeof ms === 'number' && ms >= 0 && ms <= MAX_DELAY_MS;
}
function demandBackoff(id, { minMs, maxMs, jitter = DEFAULT_JITTER, resetAfterMs = maxMs }) {
    demand(minMs > 0 && maxMs >= minMs, `backoff: '${id}' needs 0 < minMs <= maxMs, not ${minMs} and ${maxMs}`);
    demand(jitter >= 0 && resetAfterMs >= 0, `backoff: '${id}' has a negative jitter or resetAfterMs`);
    demand(isDelay(maxMs * (1 + jitter)), `backoff: '${id}' may wait for more than ${MAX_DELAY_MS} ms`);
}
/** Marks the logic of supervisors. */
const SUPERVISOR = Symbol('supervisor');
/** Has a logic counted as a supervisor's, and given all the time it needs to shut down. */
export function markSupervisor(logic) {
    return Object.assign(logic, { [SUPERVISOR]: true });
}
function isSupervisor(logic) {
    return SUPERVISOR in logic;
}
function isLogic(logic) {
    return typeof logic?.transition === 'function';
}
/** How a machine may write that it has a transition for the request. */
const SHUTDOWN_DESCRIPTORS = ['shutdown.requested', 'shutdown.*', '*'];
/** As Erlang stops at once a process that does not trap exits. */
function defaultShutdown(logic) {
    if (isSupervisor(logic))
        return Number.POSITIVE_INFINITY;
    const hears = logic instanceof StateMachine
        ? logic.events.some((event) => SHUTDOWN_DESCRIPTORS.includes(event))
        : hearsShutdown(logic);
    return hears ? DEFAULT_SHUTDOWN_MS : 'brutal';
}
