/**
 * Why the network did not do what was asked, in words.
 */
import { type DisplayText } from '../../protocol/display-text.js';
/** The words for a socket's error; for a rare one its code. */
export declare function networkReason({ code, message }: NodeJS.ErrnoException): DisplayText;
