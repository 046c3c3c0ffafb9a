/**
 * Formats the answers of a running server as lines for the operator.
 */

import type { AdminFields } from '../actors/server/admin-protocol.js';
import { hostPort } from '../protocol/address.js';

/** How an answer is shown. Programs get the fields as JSON. */
export interface AdminView {
  /** The line of a row. Only lists have rows. */
  readonly row?: (fields: AdminFields) => string;
  /** The lines of the result. */
  readonly done: (fields: AdminFields) => readonly string[];
  /** Returns true if the result says that there is no such user. */
  readonly isUnknown?: (fields: AdminFields) => boolean;
}

const SECONDS_PER_DAY = 86_400;

/** The widths of the columns of lists, in characters. A value that is too long moves the rest of its line. */
const WIDTHS = { id: 20, status: 7, place: 21, key: 5 };

/** Formats a span of time in its two largest units, as in `3 d 4 h` or `12 min 5 s`. */
function spanText(seconds: number): string {
  const units = [
    [Math.floor(seconds / SECONDS_PER_DAY), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [Math.floor(seconds) % 60, 's'],
  ] as const;
  const first = units.findIndex(([count]) => count > 0);
  if (first === -1) return '0 s';
  const shown = units.slice(first, first + 2).filter(([count]) => count > 0);
  return shown.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** Formats lines with aligned values. Omits rows without a value. */
function aligned(rows: readonly (readonly [label: string, value: unknown])[]): readonly string[] {
  const shown = rows.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, value]) => `${label.padEnd(width)}  ${value}`);
}

/** Formats a count and its noun, as in `3 things` or `1 thing`. */
function counted(count: unknown, singular: string, plural = `${singular}s`): string {
  return `${count} ${count === 1 ? singular : plural}`;
}

/** Formats named counts, as in `name 3, other 1`. */
function listed(counts: unknown): string {
  const entries = Object.entries(counts as AdminFields);
  return entries.length === 0 ? 'none' : entries.map(([name, count]) => `${name} ${count}`).join(', ');
}

export const STATUS: AdminView = {
  done(fields) {
    const { users, keyed, reserved, bans, online, connections, sessions, store, waitingChanges } = fields;
    const warnings = fields['warnings'] as readonly string[];
    const unknown = 'not known: there was no answer';
    return [
      ...aligned([
        [
          'server',
          `${fields['version']}, process ${fields['pid']}, up ${spanText(Number(fields['uptimeS']))}`,
        ],
        ['address', `tcp ${fields['tcp']}, udp ${fields['udp']}`],
        ['data', fields['data']],
        ['directory', fields['directory']],
        [
          'users',
          users === undefined
            ? unknown
            : `${users} (${keyed} with a key), ${counted(reserved, 'reserved id')}, ${counted(bans, 'ban')}`,
        ],
        ['online', online ?? unknown],
        ['connections', connections ?? unknown],
        ['sessions', sessions ?? unknown],
        [
          'store',
          waitingChanges === undefined
            ? store
            : `${store}, change ${fields['lastChange']}, ${counted(waitingChanges, 'change')} waiting`,
        ],
        ['restarts', listed(fields['restarts'])],
        ['limits', listed(fields['limits'])],
        ['refusals', listed(fields['refusals'])],
      ]),
      ...warnings.map((warning) => `warning: ${warning}`),
    ];
  },
};

export const STOP: AdminView = {
  done: ({ pid }) => [`the server has ended (process ${pid})`],
};

export const WHO: AdminView = {
  row: (fields) =>
    [
      column(fields['id'], WIDTHS.id),
      column(fields['status'], WIDTHS.status),
      column(placeOf(fields), WIDTHS.place),
      column(keyWord(fields), WIDTHS.key),
      `seen ${fields['seen']}`,
    ].join(' '),
  done: ({ online }) => [`${counted(online, 'user')} online`],
};

export const USERS: AdminView = {
  row: (fields) =>
    [
      column(fields['id'], WIDTHS.id),
      ...(fields['reserved']
        ? [`reserved until ${fields['reservedUntil']}`]
        : [
            column(fields['status'], WIDTHS.status),
            column(keyWord(fields), WIDTHS.key),
            counted(fields['buddies'], 'buddy', 'buddies'),
          ]),
    ].join(' '),
  done: ({ count }) => [counted(count, 'id')],
};

function column(value: unknown, width: number): string {
  return String(value).padEnd(width);
}

function keyWord({ keyed }: AdminFields): string {
  return keyed ? 'keyed' : 'open';
}

function placeOf({ address, port }: AdminFields): string {
  return hostPort(String(address), Number(port));
}

export const SHOW: AdminView = {
  done: (fields) => (fields['registered'] ? userLines(fields) : absenceLines(fields)),
  isUnknown: ({ registered }) => registered === false,
};

function userLines(fields: AdminFields): readonly string[] {
  const { id, key, serial, floor, status, seen, number, ban } = fields;
  const sessions = fields['sessions'] as readonly AdminFields[];
  const buddies = fields['buddies'] as readonly string[];
  return aligned([
    ['id', `${id} (user ${number})`],
    ['key', key === null ? 'none: the id is open' : `${key} serial ${serial} floor ${floor}`],
    ['status', seen === undefined ? status : `${status} at ${placeOf(fields)}, seen ${seen}`],
    ...sessions.map((session) => ['session', sessionText(session)] as const),
    ['ban', ban && banText(ban as AdminFields)],
    ['buddies', buddies.length === 0 ? 'none' : `${buddies.length}: ${buddies.join(' ')}`],
  ]);
}

function sessionText({ announces, serial, address, seen }: AdminFields): string {
  return `device ${serial} from ${address}${announces ? '' : ', does not announce presence'}, seen ${seen}`;
}

function absenceLines(fields: AdminFields): readonly string[] {
  const { id, mayRegister } = fields;
  if (!mayRegister) return [`${id} is not registered, and cannot be registered:`, ...reasonLines(fields)];
  return [
    `${id} is not registered. The id can be registered.`,
    'If a user cannot register it, the address of the user may be banned or over a limit:',
    '  im-server show ADDRESS',
  ];
}

export const SHOW_ADDRESS: AdminView = {
  done(fields) {
    const { address, mayRegister, online } = fields;
    const ids = fields['ids'] as readonly string[];
    return [
      `A client at ${address} ${mayRegister ? 'may register.' : 'may not register:'}`,
      ...reasonLines(fields),
      `${counted(online, 'user')} online from there${ids.length === 0 ? '' : `: ${ids.join(' ')}`}`,
    ];
  },
};

/** Why registrations are refused, each with its remedy. */
function reasonLines({ id, address, reasons, reservedUntil, ban, maxUsers }: AdminFields): readonly string[] {
  return (reasons as readonly string[]).map((reason) => {
    switch (reason) {
      case 'reserved':
        return `  the id is reserved until ${reservedUntil}: im-server free ${id} lifts that`;
      case 'banned': {
        const { target } = ban as AdminFields;
        return `  ${banText(ban as AdminFields)}: im-server unban ${target} lifts that`;
      }
      case 'limited':
        return `  ${address} made too many REG requests; wait, or raise --registration-burst`;
      case 'full':
        return `  the server is full: it has ${maxUsers} users, as many as --max-users allows`;
      default:
        return `  ${reason}`;
    }
  });
}

function banText({ target, until, inForce }: AdminFields): string {
  const end = until === null ? 'banned without an end' : `banned until ${until}`;
  return `${target} is ${end}${inForce ? '' : ' (this ban has ended)'}`;
}

export const BANNED: AdminView = { done: (fields) => [banText(fields)] };

export const BANS: AdminView = { row: banText, done: ({ count }) => [counted(count, 'ban')] };

export const UNBANNED: AdminView = { done: ({ target }) => [`${target} is not banned any more`] };

export const DELETED: AdminView = {
  done: ({ id, reservedUntil }) => [
    `${id} is deleted, and is on no buddy list. The id is reserved until ${reservedUntil}.`,
  ],
};

export const FREED: AdminView = { done: ({ id }) => [`${id} is not reserved any more`] };

export const RELOADED: AdminView = {
  done({ changed, needsRestart }) {
    const values = Object.entries(changed as AdminFields).map(([name, value]) => `${name} = ${value}`);
    const waiting = needsRestart as readonly string[];
    return [
      ...(values.length === 0 ? ['no option has changed that can apply without a restart'] : values),
      ...(waiting.length === 0 ? [] : [`these changes need a restart: ${waiting.join(', ')}`]),
    ];
  },
};
