/**
 * The public face of the supervision library: what a package that imports `im/supervision` is given.
 *
 * docs/supervision.md is its manual. Within this house, nobody imports this file: each takes what it needs from where it
 * is.
 */
export { addChild, countChildren, deleteChild, listChildren, restartChild, startChild, terminateChild, } from './administration.js';
export { fromBehaviour, IGNORE } from './behaviour.js';
export { START_TIMEOUT_MS } from './child.js';
export { child, DEFAULT_SHUTDOWN_MS } from './child-spec.js';
export { dynamicSupervisor } from './dynamic-supervisor.js';
export { addressOf, nameOf } from './mailbox.js';
export { DEFAULT_RESTART_LIMITS } from './restart-budget.js';
export { run } from './run.js';
export { supervisor } from './supervisor.js';
export { rootCause, SupervisorError } from './supervisor-error.js';
