/**
 * The defaults of options, and the fixed times of this library. If OTP has the same option, the default is
 * OTP's. `Ms` in a name stands for milliseconds.
 */

/** A supervisor's defaults. */
export const DEFAULT_STRATEGY = 'one_for_one';
export const DEFAULT_AUTO_SHUTDOWN = 'never';

/** A supervisor's restart limits: one restart in five seconds, as in OTP. */
export const DEFAULT_RESTART_LIMITS = { intensity: 1, periodMs: 5_000 } as const;

/** A child's defaults. */
export const DEFAULT_RESTART = 'permanent';
export const DEFAULT_SIGNIFICANT = false;

/**
 * Time that a child has to end after the request, if it handles the request; the same as for OTP's workers.
 */
export const DEFAULT_SHUTDOWN_MS = 5_000;

/** The largest random extension of a back-off, as a fraction of it. Akka's examples use the same value. */
export const DEFAULT_JITTER = 0.2;

/** The longest wait until a child is ready. After it, the child counts as crashed. */
export const START_TIMEOUT_MS = 120_000;

/**
 * The shortest wait before a restart. The restart happens in a later iteration of the event loop: a child
 * that crashes at its start must not block the event loop.
 */
export const NEXT_ITERATION_MS = 1;

/**
 * The interval at which a tree reports further refused messages, and the most addresses that it reports
 * separately in one interval. The refusals of all other addresses are counted together.
 */
export const REFUSED_EVERY_MS = 1_000;
export const MAX_REFUSING_ADDRESSES = 20;

/**
 * How many children a supervisor starts and stops in one iteration of the event loop. A smaller tree starts,
 * or stops, in one iteration.
 */
export const STEPS_PER_ITERATION = 100;
