/**
 * Turns away clients beyond a limit: 206, and close.
 *
 * A client that is turned away needs a descriptor for as long as it takes to read why; so only so many may take their time,
 * and who comes after them ends that of the first.
 */
import type { Socket } from 'node:net';
/** Most clients at a time that are being turned away. */
export declare const MAX_LINGERING = 64;
/** Makes the function that turns clients away. */
export declare function refusals(): (socket: Socket) => void;
