/**
 * The server's replies over TCP: a code and its words on one line.
 */
/** Every reply there is, with its words. 204 is reserved: nothing sends it yet. */
export declare const REPLY_WORDS: {
    readonly 200: "OK";
    readonly 201: "INVALID";
    readonly 202: "NO SUCH USER";
    readonly 203: "USER EXISTS";
    readonly 204: "DENIED";
    readonly 205: "UNAVAILABLE";
    readonly 206: "BUSY";
};
export type ReplyCode = keyof typeof REPLY_WORDS;
/** The reply's line as it goes out, ended by CR LF. */
export declare function encodeReply(code: ReplyCode): string;
/** True for a reply line, from any server of this protocol, that says the request was done. */
export declare function isDone(line: string): boolean;
