/**
 * The headless commands' events, and what people read in place of each.
 */

import type { Call } from '../../actors/client/call-handles.js';
import type { UserId } from '../../protocol/id.js';
import { hintOf } from '../../terminal/presence-lines.js';

/** What is known about an event, in the order in which it is written. */
export interface Fields {
  /** The user of this client. */
  readonly id?: string | undefined;
  readonly buddy?: string | undefined;
  /** A status' word, and its code or a reply's. */
  readonly status?: string | undefined;
  readonly code?: number | undefined;
  readonly address?: string | undefined;
  readonly port?: number | undefined;
  readonly text?: string | undefined;
  readonly error?: string | undefined;
  /** There where the buddy list may be cut. */
  readonly mayBeCut?: true | undefined;
  /** Another client's process, and its machine where that is another. */
  readonly pid?: number | undefined;
  readonly host?: string | undefined;
  /** The user's own id, where a caller claims it. */
  readonly claims?: string | undefined;
  /** The user's buddies at the address of a caller that gave no id: a guess. */
  readonly buddiesThere?: readonly string[] | undefined;
}

/** Who calls, as far as is known. */
export function fieldsOf({ caller, address, hint }: Pick<Call, 'caller' | 'address' | 'hint'>): Fields {
  return { buddy: caller, address, ...hint };
}

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
] as const;

/** `result` goes to standard output, `notice` to standard error. */
interface Wording {
  readonly result?: string;
  readonly notice?: string;
}

const who = ({ buddy, address }: Fields) => buddy ?? address ?? 'somebody';
/** What is known of a caller that goes by its address. */
function guess({ claims, buddiesThere }: Fields): string {
  if (claims !== undefined) return hintOf({ hint: { claims: claims as UserId } });
  if (buddiesThere !== undefined) return hintOf({ hint: { buddiesThere: buddiesThere as UserId[] } });
  return '';
}
const because = ({ error }: Fields) => (error === undefined ? '' : `: ${error}`);
const asError = ({ error = 'no reason' }: Fields) => ({ notice: `im-client: ${error}` });

/** A line for each event; the empty ones are for programs only. */
export const WORDINGS = {
  reply: ({ text }) => ({ result: text ?? '' }),
  buddy: ({ buddy, status, address = 'unknown', port = 'unknown' }) => ({
    result: [buddy, status, address, port].join('\t'),
  }),
  removed: ({ buddy }) => ({ result: [buddy, 'REMOVED', 'unknown', 'unknown'].join('\t') }),
  cut: asError,
  calling: ({ buddy, address, port }) => ({ notice: `Calling ${buddy} at ${address}, port ${port}...` }),
  ringing: ({ buddy }) => ({ notice: `Waiting for ${buddy} to answer...` }),
  accepted: (fields) => ({ notice: `${who(fields)}: call accepted.` }),
  refused: (fields) => ({ notice: `${who(fields)}${guess(fields)}: call refused${because(fields)}.` }),
  offline: asError,
  unreachable: asError,
  unanswered: asError,
  unknown: asError,
  sent: ({ error }) => (error === undefined ? {} : { notice: `(${error})` }),
  message: (fields) => ({
    result: `${who(fields)}: ${fields.text}`,
    ...(fields.error !== undefined && { notice: `(${fields.error})` }),
  }),
  stalled: (fields) => ({ notice: `${who(fields)} does not read at present.` }),
  reading: (fields) => ({ notice: `${who(fields)} reads again.` }),
  lost: ({ text }) => ({ notice: `Not confirmed: ${text}` }),
  failed: ({ text, error }) => ({ notice: `Not sent: ${text} (${error})` }),
  call: (fields) => ({
    notice:
      fields.buddy === undefined
        ? `Call from ${fields.address}${guess(fields)}.`
        : `Call from ${fields.buddy} (${fields.address}).`,
  }),
  closed: (fields) => ({ notice: `${who(fields)}: chat closed${because(fields)}.` }),
  listening: ({ id, port }) => ({ notice: `Listening as ${id} on port ${port}.` }),
  shared: ({ id, pid, host }) => {
    const process = `process ${pid}${host === undefined ? '' : ` on ${host}`}`;
    const last = 'buddies call the one that announced itself last';
    return { notice: `${id} is signed in in another client, too (${process}): ${last}.` };
  },
  answering: () => ({ notice: 'The server answers again.' }),
  error: asError,
} satisfies Record<string, (fields: Fields) => Wording>;

export type EventName = keyof typeof WORDINGS;
