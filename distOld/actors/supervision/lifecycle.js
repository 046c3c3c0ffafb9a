/**
 * What supervisors emit: the life of every actor under them, for a log, for metrics, for an
 * inspector.
 *
 * Whatever a child emits, its supervisor emits too. So one listener at the root hears the whole tree:
 * `root.on('child.ended', ({ id, reason }) => …)`.
 */
export {};
