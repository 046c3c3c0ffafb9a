/**
 * Who speaks dialect B, which is accepted by `ACCEPTED`: callers by their address, and those who were called
 * by their id as well. What is remembered is bounded; durations are measured by the monotonic clock.
 */

import type { Endpoint } from '../../protocol/buddy-list.js';
import type { UserId } from '../../protocol/id.js';

/** How long it is remembered, in milliseconds. */
const REMEMBERED_MS = 10 * 60_000;

/** Most of those who are remembered: the latest. */
const MAX_SPEAKERS = 100;

/** Who was called, and answered `ACCEPTED`. */
export interface Listener {
  readonly id: UserId;
  readonly port: number;
}

interface Speaker {
  readonly address: string;
  /** `undefined` for a caller, whose id nothing tells. */
  readonly listener: Listener | undefined;
  readonly untilMs: number;
}

/** Those who speak dialect B, as far as is known; the latest last. */
export type Speakers = readonly Speaker[];

/** Emitted by call control: it is remembered when call control is restarted. */
export interface SpeakersChanged {
  readonly type: 'speakers.changed';
  readonly speakers: Speakers;
}

/** Remembers that somebody speaks dialect B. */
export function withSpeaker(
  speakers: Speakers,
  { address, listener, uptimeMs }: Omit<Speaker, 'untilMs'> & { readonly uptimeMs: number },
): Speakers {
  const others = speakers.filter(
    (other) => other.untilMs > uptimeMs && (other.address !== address || other.listener?.id !== listener?.id),
  );
  return [...others, { address, listener, untilMs: uptimeMs + REMEMBERED_MS }].slice(-MAX_SPEAKERS);
}

/** Forgets all of an address: somebody there did not understand `ACCEPTED`. */
export function withoutAddress(speakers: Speakers, address: string): Speakers {
  return speakers.filter((other) => other.address !== address);
}

/** Forgets one who was called: whether it still speaks dialect B, its next answer tells. */
export function withoutListener(speakers: Speakers, speaker: Speaker): Speakers {
  return speakers.filter((other) => other !== speaker);
}

/** Whether a caller that says nothing is to be told `ACCEPTED`. */
export function speaksB(
  speakers: Speakers,
  { address, uptimeMs }: { readonly address: string; readonly uptimeMs: number },
): boolean {
  return speakers.some((speaker) => speaker.address === address && speaker.untilMs > uptimeMs);
}

/** A buddy who answered `ACCEPTED` where it takes calls now. */
export function listenerAt(speakers: Speakers, id: UserId, { address, port }: Endpoint): Speaker | undefined {
  return speakers.find(
    ({ address: known, listener }) => known === address && listener?.id === id && listener.port === port,
  );
}
