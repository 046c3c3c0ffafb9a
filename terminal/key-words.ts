/**
 * The words about keys and private chats. The library and the terminal use the same words.
 */

import type { Caller } from '../machines/client/callers.js';
import type { AddedTrust, BuddyTrust } from '../machines/client/pins.js';
import type { Protection, WhyBarred } from '../machines/client/protection.js';
import type { WordsVerdict } from '../machines/client/verification.js';
import type { UserId } from '../protocol/id.js';

const VERIFY_OR_FORGET = 'verify the key (V, or im-client trust) or give it up (im-client forget)';

/** Says why no call or chat with a buddy is possible. Returns a sentence without its full stop. */
export function barredText(buddy: UserId, why: WhyBarred): string {
  switch (why) {
    case 'changed':
      return (
        `the server names another key for ${buddy} than the known one. ` +
        `Ask ${buddy} by telephone or in person, then ${VERIFY_OR_FORGET}`
      );
    case 'damaged':
      return `the stored key of ${buddy} is damaged: ${VERIFY_OR_FORGET}`;
    case 'server-silent':
      return `the server does not say whether ${buddy} has a key: nothing was sent`;
    case 'not-private':
      return `${buddy} has no key, and the call would be in clear: nothing was sent`;
    case 'unproven':
      return `${buddy} cannot be called privately just now. Nothing was sent`;
    case 'denied-key':
      return (
        `the client of ${buddy} knows another key of yours, and refused the call: ` +
        `ask ${buddy} to verify your key`
      );
    case 'denied-who':
      return `another user than ${buddy} is signed in there: nothing was sent`;
    case 'not-stored':
      return `the key of ${buddy} cannot be stored on this machine: nothing was sent`;
    case 'no-own-key':
      return 'you have no key on this machine, and the call would be in clear: nothing was sent';
  }
}

/** The words beside a buddy's presence that say what is known about the buddy's key. */
export const TRUST_WORDS: Readonly<Record<BuddyTrust, string>> = {
  pinned: 'private',
  verified: 'verified',
  open: 'in clear',
  changed: 'KEY CHANGED',
  damaged: 'KEY NOT READABLE',
};

/** How a call or chat is protected: `private, verified`. */
export function protectionWords({ protection, standing }: Pick<Caller, 'protection' | 'standing'>): string {
  if (protection === undefined) return '';
  if (protection.is === 'clear') return 'in clear';
  if (!protection.isConfirmed) return 'private, but nothing confirms who it is';
  if (standing !== undefined) return 'private, not on your list';
  return protection.isVerified ? 'private, verified' : 'private';
}

/** The lines about a caller: how the call is protected, and which buddy's id the caller's id looks like. */
export function callerKeyLines(call: Pick<Caller, 'protection' | 'standing'>): string[] {
  const words = protectionWords(call);
  return words === '' ? [] : [`The call is ${words}.`, ...lookAlikeLines(call)];
}

/** A warning about a caller whose id looks like the id of a buddy. */
export function lookAlikeLines({ standing }: Pick<Caller, 'standing'>): string[] {
  return standing?.looksLike === undefined ? [] : [`This is not ${standing.looksLike}.`];
}

/** How a chat is protected, as a sentence. */
export function protectionLine(protection: Protection): string {
  return `This chat is ${protectionWords({ protection })}.`;
}

/** A line that says what is known about the key of an added buddy. */
export function addedLine(buddy: UserId, trust: AddedTrust): string {
  switch (trust) {
    case 'unknown':
      return `The server does not say whether ${buddy} has a key: it is asked again at each call.`;
    case 'open':
      return `${buddy} has no key. Chats with ${buddy} are in clear: others on the network can read them.`;
    case 'pinned':
      return `Chats with ${buddy} are private.`;
    case 'verified':
      return `Chats with ${buddy} are private, and ${buddy} is verified.`;
    case 'changed':
    case 'damaged':
      return sentence(barredText(buddy, trust));
  }
}

export function keyLine(buddy: UserId, became: 'changed' | 'unchanged'): string {
  return became === 'changed'
    ? `KEY CHANGED: ${barredText(buddy, 'changed')}.`
    : `The server names the known key of ${buddy} again.`;
}

export function verdictLine(buddy: UserId, { result, reason }: WordsVerdict): string {
  switch (result) {
    case 'same':
      return `Those are the words of ${buddy}: ${buddy} is verified.`;
    case 'different':
      return (
        `Those are not the words of ${buddy}'s key as it is known here. ` +
        `If you typed what ${buddy} read out, do not trust this key.`
      );
    case 'typo':
      return 'One of these words is not in the list of words: type them again.';
    case 'wrong-count':
      return 'There are six words: type them again.';
    case 'no-key':
      return `No key of ${buddy} is known here.`;
    case 'failed':
      return `It could not be stored that ${buddy} is verified: ${reason ?? 'no reason'}.`;
  }
}

/** Turns a text into a sentence, with a capital and a full stop. */
export function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
