/**
 * The server's replies over TCP: a code and its words on one line.
 */

/** Every reply there is, with its words. 204 is reserved: nothing sends it yet. */
export const REPLY_WORDS = {
  200: 'OK',
  201: 'INVALID',
  202: 'NO SUCH USER',
  203: 'USER EXISTS',
  204: 'DENIED',
  205: 'UNAVAILABLE',
  206: 'BUSY',
} as const;

export type ReplyCode = keyof typeof REPLY_WORDS;

const LINES = new Map(
  Object.entries(REPLY_WORDS).map(([code, words]) => [Number(code), `${code} ${words}\r\n`]),
);

/** The reply's line as it goes out, ended by CR LF. */
export function encodeReply(code: ReplyCode): string {
  return LINES.get(code) as string;
}

/** The code of a reply line from any server of this protocol; `undefined` for a line that has none. */
export function replyCode(line: string): number | undefined {
  const [, code] = /^(\d{3})(?:\s|$)/.exec(line) ?? [];
  return code === undefined ? undefined : Number(code);
}

/** True for a reply line, from any server of this protocol, that says the request was done. */
export function isDone(line: string): boolean {
  return replyCode(line) === 200;
}
