/**
 * Decides which parts of an event or an error the inspector may show. Message texts, user ids and addresses
 * are hidden unless `--inspect-content` is given. Sockets, buffers and secrets are never shown. All shown
 * text has passed the text gate.
 */

import type { EventObject } from 'xstate';
import { toDisplayText } from '../../protocol/display-text.js';

/** Longest text shown, in characters. */
const MAX_TEXT_LENGTH = 200;

/** The maximum numbers of nested levels of a value that are shown, and of entries shown on each level. */
const MAX_DEPTH = 3;
const MAX_ENTRIES = 12;

/**
 * Fields that describe an outcome and contain no user data. Each field has a check. Only values that pass the
 * check are shown.
 */
const PLAIN_FIELDS = new Map<string, (value: unknown) => boolean>([
  // A reply code of the protocol, such as 200.
  ['reply', (value) => typeof value === 'number'],
  ['cut', (value) => typeof value === 'boolean'],
  ['reason', (value) => typeof value === 'string' && OWN_WORD.test(value)],
]);

/** A word of the program's own vocabulary, such as `hung_up`. */
const OWN_WORD = /^[a-z][a-z_. -]{0,39}$/;

const SECRET = /secret|token|password|passphrase|private|key$/i;

export interface Disclosure {
  /** The fields of an event that may be shown, without its type; `undefined` if there are none. */
  fieldsOf(event: EventObject): Readonly<Record<string, unknown>> | undefined;
  /** Describes an error in one line. */
  errorText(error: unknown): string;
}

/** With `--inspect-content`: shows message texts, user ids and addresses, too. */
export const EVERYTHING: Disclosure = {
  fieldsOf: (event) => entriesOf(event, (_, value) => describe(value, 1)),
  errorText: (error) => shortText(error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
};

/** Without `--inspect-content`: shows outcomes only, and no data that came from a user or identifies one. */
export const NO_CONTENT: Disclosure = {
  fieldsOf: (event) =>
    entriesOf(event, (name, value) => (PLAIN_FIELDS.get(name)?.(value) ? value : undefined)),
  errorText(error) {
    const { name = typeof error, code } = (error ?? {}) as {
      readonly name?: unknown;
      readonly code?: unknown;
    };
    return shortText(typeof code === 'string' ? `${name} ${code}` : String(name));
  },
};

function entriesOf(
  event: object,
  show: (name: string, value: unknown) => unknown,
): Readonly<Record<string, unknown>> | undefined {
  const shown: Record<string, unknown> = {};
  let isEmpty = true;
  for (const [name, inner] of Object.entries(event).slice(0, MAX_ENTRIES)) {
    const value = name === 'type' ? undefined : show(name, inner);
    if (value === undefined) continue;
    shown[shortText(name)] = SECRET.test(name) ? '<hidden>' : value;
    isEmpty = false;
  }
  return isEmpty ? undefined : shown;
}

/** Converts a value for JSON and truncates it. A class instance or a buffer is shown only by its kind. */
function describe(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return shortText(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return value;
    case 'object':
      return value === null ? value : describeObject(value, depth);
    default:
      return `<${typeof value}>`;
  }
}

function describeObject(value: object, depth: number): unknown {
  if (value instanceof Error) return EVERYTHING.errorText(value);
  if (ArrayBuffer.isView(value)) return `<${value.byteLength} bytes>`;
  if (Array.isArray(value)) {
    if (depth >= MAX_DEPTH) return `<${value.length} items>`;
    const shown = value.slice(0, MAX_ENTRIES).map((item) => describe(item, depth + 1));
    return value.length > MAX_ENTRIES ? [...shown, `<${value.length - MAX_ENTRIES} more>`] : shown;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `<${value.constructor?.name ?? 'object'}>`;
  if (depth >= MAX_DEPTH) return '<object>';
  return entriesOf(value, (_, inner) => describe(inner, depth + 1)) ?? {};
}

function shortText(text: string): string {
  const short = text.length > MAX_TEXT_LENGTH ? `${text.slice(0, MAX_TEXT_LENGTH)}…` : text;
  return toDisplayText(short);
}
