/**
 * The server's replies over TCP: one line with a code and its words.
 */

/**
 * All replies, with their words. In the replies to LOG, WHO and VER, details follow `200 OK`. In the reply to
 * a banned client, details follow `204 DENIED`.
 */
export const REPLY_WORDS = {
  200: 'OK',
  201: 'INVALID',
  202: 'NO SUCH USER',
  203: 'USER EXISTS',
  204: 'DENIED',
  205: 'UNAVAILABLE',
  206: 'BUSY',
  207: 'ELSEWHERE',
} as const;

export type ReplyCode = keyof typeof REPLY_WORDS;

const LINES = new Map(
  Object.entries(REPLY_WORDS).map(([code, words]) => [Number(code), `${code} ${words}\r\n`]),
);

/**
 * Encodes a reply as a line that ends with CR LF.
 *
 * @param details Tokens after the words of the code, in the replies that carry data.
 */
export function encodeReply(code: ReplyCode, details?: string): string {
  return details === undefined ? (LINES.get(code) as string) : `${code} ${REPLY_WORDS[code]} ${details}\r\n`;
}

/** Parses the code of a reply line from any server of this protocol. Returns `undefined` if there is none. */
export function replyCode(line: string): number | undefined {
  const [, code] = /^(\d{3})(?:\s|$)/.exec(line) ?? [];
  return code === undefined ? undefined : Number(code);
}

/** Whether a reply line, from any server of this protocol, means that the request was executed. */
export function isDone(line: string): boolean {
  return replyCode(line) === 200;
}
