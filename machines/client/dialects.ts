/**
 * The peers that speak dialect B, which uses `ACCEPTED`. A caller is known by its address. A called buddy is
 * known by address, id and port. The list is bounded. Durations are measured by the monotonic clock.
 */

import type { Endpoint } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';

/** How long an entry is valid, in milliseconds. */
const REMEMBERED_MS = 10 * 60_000;

/** The maximum number of entries. The oldest are dropped. */
const MAX_SPEAKERS = 100;

/** A called buddy who answered `ACCEPTED`, and the port that was called. */
export interface Listener {
  readonly id: UserId;
  readonly port: number;
}

interface Speaker {
  readonly address: string;
  /** `undefined` for a caller, whose id is unknown. */
  readonly listener: Listener | undefined;
  readonly untilMs: number;
}

/** Peers that are known to speak dialect B, newest last. */
export type Speakers = readonly Speaker[];

/** Emitted by call control, so that the list survives a restart of call control. */
export interface SpeakersChanged {
  readonly type: 'speakers.changed';
  readonly speakers: Speakers;
}

/** Adds or renews a peer that speaks dialect B. */
export function withSpeaker(
  speakers: Speakers,
  { address, listener, uptimeMs }: Omit<Speaker, 'untilMs'> & { readonly uptimeMs: number },
): Speakers {
  const others = speakers.filter(
    (other) => other.untilMs > uptimeMs && (other.address !== address || other.listener?.id !== listener?.id),
  );
  return [...others, { address, listener, untilMs: uptimeMs + REMEMBERED_MS }].slice(-MAX_SPEAKERS);
}

/** Removes all entries of an address, because a peer there did not understand `ACCEPTED`. */
export function withoutAddress(speakers: Speakers, address: string): Speakers {
  return speakers.filter((other) => other.address !== address);
}

/** Removes one entry. The next answer of that buddy shows whether it still speaks dialect B. */
export function withoutListener(speakers: Speakers, speaker: Speaker): Speakers {
  return speakers.filter((other) => other !== speaker);
}

/** Whether to send `ACCEPTED` to a caller that sent no first line. */
export function speaksB(
  speakers: Speakers,
  { address, uptimeMs }: { readonly address: string; readonly uptimeMs: number },
): boolean {
  return speakers.some((speaker) => speaker.address === address && speaker.untilMs > uptimeMs);
}

/**
 * Finds the entry of a buddy who answered `ACCEPTED` at this endpoint. The entry may have expired: the
 * connection checks the time of the entry when it would send a greeting.
 */
export function listenerAt(speakers: Speakers, id: UserId, { address, port }: Endpoint): Speaker | undefined {
  return speakers.find(
    ({ address: known, listener }) => known === address && listener?.id === id && listener.port === port,
  );
}
