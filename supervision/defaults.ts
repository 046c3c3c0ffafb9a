/**
 * The values of options that are left out, and the fixed times of this library. They are OTP's where OTP has
 * the same option. `Ms` in a name stands for milliseconds.
 */

/** Of a supervisor. */
export const DEFAULT_STRATEGY = 'one_for_one';
export const DEFAULT_AUTO_SHUTDOWN = 'never';

/** Of a supervisor: one restart in five seconds, as in OTP. */
export const DEFAULT_RESTART_LIMITS = { intensity: 1, periodMs: 5_000 } as const;

/** Of a child. */
export const DEFAULT_RESTART = 'permanent';
export const DEFAULT_SIGNIFICANT = false;

/** How long a child that hears the request to end may take, as OTP's worker may. */
export const DEFAULT_SHUTDOWN_MS = 5_000;

/** By how much of itself a back-off may be lengthened by chance: what Akka's examples use. */
export const DEFAULT_JITTER = 0.2;

/** Longest wait for a child to become ready; then it counts as crashed. */
export const START_TIMEOUT_MS = 120_000;

/**
 * The shortest wait before a restart. The restart comes in a later iteration of the event loop, so that a
 * child that crashes at once does not keep the event loop from other work.
 */
export const NEXT_TURN_MS = 1;

/**
 * How often a tree tells of messages that an address refuses, at most; and of how many addresses it tells in
 * that time one by one. Those of all others are counted together.
 */
export const REFUSED_EVERY_MS = 1_000;
export const MAX_REFUSING_ADDRESSES = 20;

/**
 * How many children a supervisor of a list starts and stops before it lets the event loop do other work. A
 * smaller tree comes up, and goes down, in one iteration of the event loop.
 */
export const STEPS_PER_TURN = 100;
