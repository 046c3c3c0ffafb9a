/**
 * The public API of the supervision library, exported as `buddyline/supervision`.
 *
 * docs/supervision.md is its manual. Files of this repository do not import this file; they import the
 * modules that they need.
 */

export type {
  Answer,
  AskOptions,
  ChildCount,
  ChildInfo,
  ChildStart,
  Refusal,
  RefusalCode,
  Reply,
  Started,
} from './administration.js';
export {
  addChild,
  countChildren,
  deleteChild,
  listChildren,
  restartChild,
  startChild,
  terminateChild,
} from './administration.js';
export type { BackoffOptions } from './backoff.js';
export type {
  AnyActorSystem,
  Behaviour,
  BehaviourLogic,
  BehaviourScope,
  ShutdownRequested,
  Timer,
} from './behaviour.js';
export { fromBehaviour, IGNORE } from './behaviour.js';
export type { Strategy } from './child-list.js';
export type { ChildOptions, ChildSpec, ChildType, RestartPolicy, ShutdownPolicy } from './child-spec.js';
export { child } from './child-spec.js';
export { DEFAULT_RESTART_LIMITS, DEFAULT_SHUTDOWN_MS, START_TIMEOUT_MS } from './defaults.js';
export type {
  DynamicSupervisorEvent,
  DynamicSupervisorOptions,
  StartRefusal,
  Template,
} from './dynamic-supervisor.js';
export { dynamicSupervisor } from './dynamic-supervisor.js';
export type { EndReason, LifecycleEvent, ObserverKind, RefusalReason, ShutdownReason } from './lifecycle.js';
export type { Address, AddressOptions, Name } from './mailbox.js';
export { addressOf, nameOf } from './mailbox.js';
export type { QuotaOptions, RoomWanted } from './quotas.js';
export type { RestartLimits } from './restart-budget.js';
export type { RunningTree, RunOptions } from './run.js';
export { run } from './run.js';
export type { AutoShutdown, SupervisorEvent, SupervisorOptions } from './supervisor.js';
export { supervisor } from './supervisor.js';
export type { SupervisorErrorCode } from './supervisor-error.js';
export { rootCause, SupervisorError } from './supervisor-error.js';
