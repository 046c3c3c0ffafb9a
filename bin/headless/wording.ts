/**
 * The events of the headless commands, and their text for people.
 */

import type { Call } from '../../actors/client/call-handles.js';
import type { Chat } from '../../actors/client/open-chat.js';
import type { UserId } from '../../protocol/id.js';
import { hintOf } from '../../terminal/presence-lines.js';

/** The known facts of an event. */
export interface Fields {
  /** The user of this client. */
  readonly id?: string | undefined;
  readonly buddy?: string | undefined;
  /** The word of a status. */
  readonly status?: string | undefined;
  /** The number of a status or of a reply. */
  readonly code?: number | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly text?: string | undefined;
  readonly error?: string | undefined;
  /** Present if the buddy list may be cut. */
  readonly mayBeCut?: true | undefined;
  /** The process id of another client of this user. */
  readonly pid?: number | undefined;
  /** The machine on which the other client runs, if it is not this machine. */
  readonly host?: string | undefined;
  /** The user's own id, if a caller gives it. */
  readonly claims?: string | undefined;
  /** A guess: the user's buddies at the address of a caller that gave no id. */
  readonly buddiesThere?: readonly string[] | undefined;
  /** True if the call or chat is inside TLS; present only if the user has a key here. */
  readonly private?: boolean | undefined;
  /** True if the user has verified the key of the buddy. */
  readonly verified?: boolean | undefined;
  /** False if nothing says that the key belongs to the buddy. */
  readonly confirmed?: boolean | undefined;
  /** The key that the buddy has proven. */
  readonly key?: string | undefined;
  /** The number of lines that are sent again. */
  readonly count?: number | undefined;
  /** What is known about the key of the buddy: the words of `im-client trust`. */
  readonly state?: string | undefined;
}

/** The known facts about a caller. */
export function fieldsOf({ caller, address, hint }: Pick<Call, 'caller' | 'address' | 'hint'>): Fields {
  return { buddy: caller, address, ...hint };
}

/** How a call or chat is protected. Empty if the user has no key here. */
export function protectionFields(
  call: Pick<Chat, 'private' | 'verified' | 'key'> & Partial<Pick<Call, 'confirmed'>>,
): Fields {
  if (call.private === undefined) return {};
  if (!call.private) return { private: false };
  const isUnconfirmed = call.confirmed === false;
  return {
    private: true,
    verified: call.verified,
    ...(isUnconfirmed && { confirmed: false }),
    key: call.key,
  };
}

/** How a call or chat is protected, in words; `undefined` if the user has no key here. */
export function protectionText({ private: isPrivate, verified, confirmed }: Fields): string | undefined {
  if (isPrivate === undefined) return undefined;
  if (!isPrivate) return 'in clear';
  if (confirmed === false) return 'private, but nothing confirms who it is';
  return verified ? 'private, verified' : 'private';
}

/** The order of the fields in JSON. */
export const FIELD_ORDER = [
  'id',
  'buddy',
  'status',
  'code',
  'address',
  'port',
  'text',
  'error',
  'mayBeCut',
  'pid',
  'host',
  'claims',
  'buddiesThere',
  'private',
  'verified',
  'confirmed',
  'key',
  'count',
  'state',
] as const;

/** The text of an event: `result` for standard output, `notice` for standard error. */
interface Wording {
  readonly result?: string;
  readonly notice?: string;
}

const nameOf = ({ buddy, address }: Fields) => buddy ?? address ?? 'unknown';
/** A hint about a caller that is named by its address. */
function callerHint({ claims, buddiesThere }: Fields): string {
  if (claims !== undefined) return hintOf({ hint: { claims: claims as UserId } });
  if (buddiesThere !== undefined) return hintOf({ hint: { buddiesThere: buddiesThere as UserId[] } });
  return '';
}
const because = ({ error }: Fields) => (error === undefined ? '' : `: ${error}`);
const asError = ({ error = 'no reason' }: Fields) => ({ notice: `im-client: ${error}` });

/** The text of each event. Events with an empty text are printed only with `--json`. */
export const WORDINGS = {
  reply: ({ text }) => ({ result: text ?? '' }),
  buddy: ({ buddy, status, address = 'unknown', port = 'unknown' }) => ({
    result: [buddy, status, address, port].join('\t'),
  }),
  removed: ({ buddy }) => ({ result: [buddy, 'REMOVED', 'unknown', 'unknown'].join('\t') }),
  cut: asError,
  calling: ({ buddy, address, port }) => ({ notice: `Calling ${buddy} at ${address}, port ${port}...` }),
  ringing: ({ buddy }) => ({ notice: `Waiting for ${buddy} to answer...` }),
  accepted: (fields) => ({ notice: `${nameOf(fields)}: call accepted.` }),
  refused: (fields) => ({
    notice: `${nameOf(fields)}${callerHint(fields)}: call refused${because(fields)}.`,
  }),
  offline: asError,
  unreachable: asError,
  unanswered: asError,
  unknown: asError,
  sent: ({ error }) => (error === undefined ? {} : { notice: `(${error})` }),
  message: (fields) => ({
    result: `${nameOf(fields)}: ${fields.text}`,
    ...(fields.error !== undefined && { notice: `(${fields.error})` }),
  }),
  stalled: (fields) => ({ notice: `${nameOf(fields)} does not read at present.` }),
  reading: (fields) => ({ notice: `${nameOf(fields)} reads again.` }),
  lost: ({ text }) => ({ notice: `Not confirmed: ${text}` }),
  failed: ({ text, error }) => ({ notice: `Not sent: ${text} (${error})` }),
  call: (fields) => ({
    notice:
      fields.buddy === undefined
        ? `Call from ${fields.address}${callerHint(fields)}.`
        : `Call from ${fields.buddy} (${fields.address}).`,
  }),
  closed: (fields) => ({ notice: `${nameOf(fields)}: chat closed${because(fields)}.` }),
  listening: ({ id, port }) => ({ notice: `Listening as ${id} on port ${port}.` }),
  shared: ({ id, pid, host }) => {
    const process = `process ${pid}${host === undefined ? '' : ` on ${host}`}`;
    const last = 'buddies call the one that announced itself last';
    return { notice: `${id} is signed in in another client, too (${process}): ${last}.` };
  },
  known: ({ buddy }) => ({ notice: `The server names the known key of ${buddy} again.` }),
  resumed: ({ buddy, count }) => ({
    notice: `Lines to ${buddy} that may not have arrived are sent again: ${count}.`,
  }),
  denied: asError,
  answering: () => ({ notice: 'The server answers again.' }),
  error: asError,
} satisfies Record<string, (fields: Fields) => Wording>;

export type EventName = keyof typeof WORDINGS;
