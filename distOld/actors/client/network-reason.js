/**
 * Why the network did not do what was asked, in words.
 */
import { toDisplayText } from '../../protocol/display-text.js';
const REASONS = {
    ECONNREFUSED: 'nothing listens there',
    ECONNRESET: 'the connection was cut',
    EHOSTUNREACH: 'there is no way to that host',
    ENETUNREACH: 'there is no way to that network',
    ETIMEDOUT: 'no answer',
    ENOTFOUND: 'its name is not known',
    EAI_AGAIN: 'its name cannot be looked up',
};
/** The words for a socket's error; for a rare one its code. */
export function networkReason({ code, message }) {
    return toDisplayText(REASONS[code ?? ''] ?? code ?? message);
}
