/**
 * What the terminal's actor needs of a console, plain or interactive.
 */
import { MAX_MESSAGE_BYTES } from '../../protocol/message.js';
/** Most bytes of a line typed: a character more than a message may have, so that too long is seen. */
export const MAX_LINE_BYTES = MAX_MESSAGE_BYTES + 4;
