/**
 * Texts that attack a terminal or deceive its reader, and how the text gate must show them.
 */

/** The text gate's replacement for a forbidden character. */
const X = '\u{FFFD}';

export interface Attack {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** How the text gate shows the bytes. */
  readonly shown: string;
  /** The text; `undefined` if the bytes are not valid UTF-8. */
  readonly text: string | undefined;
}

const TEXTS: readonly (readonly [name: string, text: string, shown: string])[] = [
  ['C0 controls', 'a\u0000\u0001\u0004\b\u000b\f\u000e\u001a\u007fz', `a${X.repeat(9)}z`],
  ['a CSI that moves the cursor', 'a\u001b[7;7Hz', `a${X}[7;7Hz`],
  ['a CSI that erases the screen', 'a\u001b[3J\u001b[1;31mz', `a${X}[3J${X}[1;31mz`],
  ['an OSC that sets the title', 'a\u001b]0;title\u0007z', `a${X}]0;title${X}z`],
  ['an OSC that writes to the clipboard', 'a\u001b]52;c;eA==\u001b\\z', `a${X}]52;c;eA==${X}\\z`],
  ['a DCS', 'a\u001bP+q544e\u001b\\z', `a${X}P+q544e${X}\\z`],
  ['an APC and a PM', 'a\u001b_x\u001b^y\u001b\\z', `a${X}_x${X}^y${X}\\z`],
  ['a terminal reset', 'a\u001bcz', `a${X}cz`],
  ['C1 controls in UTF-8', 'a\u009b41mz\u009d0;t\u009c\u0085\u0090z', `a${X}41mz${X}0;t${X}${X}${X}z`],
  ['a bare CR', 'before\rafter', `before${X}after`],
  ['a tab', '\u00e9\tz', '\u00e9 z'],
  ['BEL', 'a\u0007z', `a${X}z`],
  ['bidirectional overrides', 'a\u202egpj.\u202dexe\u202cz', `a${X}gpj.${X}exe${X}z`],
  ['bidirectional isolates', 'a\u2066b\u2067c\u2068d\u2069\u200e\u061cz', `a${X}b${X}c${X}d${X}${X}${X}z`],
  ['zero-width characters', 'a\u200bb\u2060c\ufeffd\u00ade\u{e0041}z', `a${X}b${X}c${X}d${X}e${X}z`],
  ['line and paragraph separators', 'a\u2028b\u2029z', `a${X}b${X}z`],
  ['a pile of combining marks', `ae${'\u0301'.repeat(200)}z`, `ae${'\u0301'.repeat(4)}${X}z`],
  ['a CSI that never ends', 'a\u001b[', `a${X}[`],
  ['an OSC that never ends', 'a\u001b]0;', `a${X}]0;`],
  ['an ESC at the end', 'a\u001b', `a${X}`],
];

const BYTES: readonly (readonly [name: string, bytes: readonly number[], shown: string])[] = [
  ['raw C1 bytes', Array.from({ length: 32 }, (_, index) => 0x80 + index), X.repeat(32)],
  ['a raw CSI', [0x9b, 0x34, 0x31, 0x6d], `${X}41m`],
  ['a surrogate in UTF-8', [0xed, 0xa0, 0x80], X.repeat(3)],
  ['an overlong encoding of ESC', [0xc0, 0x9b, 0x5b, 0x33, 0x4a], `${X}${X}[3J`],
  ['a truncated character', [0xe2, 0x80], X],
];

const A = Buffer.from('a');

export const ATTACKS: readonly Attack[] = [
  ...TEXTS.map(([name, text, shown]) => ({ name, text, shown, bytes: Buffer.from(text) })),
  ...BYTES.map(([name, bytes, shown]) => ({
    name,
    text: undefined,
    shown: `a${shown}`,
    bytes: Buffer.concat([A, Buffer.from(bytes)]),
  })),
];

/** The control codes that the client itself writes while colours and notifications are off. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression searches for control characters.
const OWN_CODES = /\u001b\[(?:\?(?:2004|7)[hl]|H|2?J|\d*[ABCDGK])|\t(?=[A-Z]{4,7}\t|unknown|\d)/g;
const FOREIGN = /(?![\r\n])[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\p{Mn}{5}/u;

/**
 * Finds the first output that is neither text nor one of the client's own codes.
 *
 * @returns This output and the text around it; `undefined` if there is no such output.
 */
export function foreignCodes(output: string): string | undefined {
  const rest = output.replace(OWN_CODES, '');
  const at = rest.search(FOREIGN);
  return at === -1 ? undefined : JSON.stringify(rest.slice(Math.max(0, at - 20), at + 20));
}
