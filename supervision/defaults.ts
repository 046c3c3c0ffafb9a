/**
 * The defaults of options, and the fixed times of this library. If Erlang/OTP has the same option, the
 * default is the same. `Ms` in a name stands for milliseconds.
 */

/** A supervisor's defaults. */
export const DEFAULT_STRATEGY = 'one_for_one';
export const DEFAULT_AUTO_SHUTDOWN = 'never';

/** A supervisor's restart limits: one restart in five seconds, as in Erlang/OTP. */
export const DEFAULT_RESTART_LIMITS = { intensity: 1, periodMs: 5_000 } as const;

/** A child's defaults. */
export const DEFAULT_RESTART = 'permanent';
export const DEFAULT_SIGNIFICANT = false;

/**
 * How long a child may take to end after the shutdown request, if the child handles the request. Workers of
 * Erlang/OTP have the same time.
 */
export const DEFAULT_SHUTDOWN_MS = 5_000;

/** The largest random extension of a back-off, as a fraction of it. Akka's examples use the same value. */
export const DEFAULT_JITTER = 0.2;

/** The longest wait until a child is ready. A child that is not ready by then counts as crashed. */
export const START_TIMEOUT_MS = 120_000;

/**
 * The shortest wait before a restart. The restart happens in a later iteration of the event loop: a child
 * that crashes at its start must not block the event loop.
 */
export const NEXT_ITERATION_MS = 1;

/**
 * The interval at which a tree reports further refused messages, and the maximum number of addresses that it
 * reports separately in one interval. The refusals of all other addresses are counted together.
 */
export const REFUSED_EVERY_MS = 1_000;
export const MAX_REFUSING_ADDRESSES = 20;

/**
 * How many starts and stops of children a supervisor makes in one iteration of the event loop. A supervisor
 * with fewer children starts all of them, or stops all of them, in one iteration.
 */
export const STEPS_PER_ITERATION = 100;
