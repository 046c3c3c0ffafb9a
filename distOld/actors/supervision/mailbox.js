/**
 * Mailboxes: the stable address of a child that may be restarted.
 *
 * Senders hold the mailbox, never the child. The supervisor attaches each new incarnation; until
 * then events wait in a bounded stash, in order. So a crash of a child costs its neighbours a
 * wait, and no neighbour ever sends to a dead actor.
 */
import { watched } from './containment.js';
/** Makes a name; it must be unique in its system. */
export function nameOf(id) {
    return id;
}
/**
 * Finds the address of a named child anywhere in the system.
 *
 * @throws Error when no supervisor in the system has a child of that name.
 */
export function addressOf(system, name) {
    const mailbox = system.get(name);
    if (mailbox === undefined)
        throw new Error(`no address '${name}' in this system`);
    return mailbox;
}
/** Forwards every event to the attached child, in order, or keeps it until there is one. */
export const mailboxLogic = {
    getInitialSnapshot: ({ self }, options) => ({
        status: 'active',
        output: undefined,
        error: undefined,
        self,
        target: undefined,
        stash: [],
        ...options,
    }),
    transition(snapshot, event) {
        const mailbox = snapshot;
        switch (event.type) {
            case 'mailbox.attach': {
                const { target } = event;
                mailbox.target = target;
                for (const waiting of mailbox.stash.splice(0))
                    deliver(mailbox, waiting);
                break;
            }
            case 'mailbox.detach':
                mailbox.target = undefined;
                break;
            case 'mailbox.adopt':
                return adopted(mailbox, event.options);
            default:
                if (event.type === 'xstate.stop')
                    close(mailbox);
                else
                    deliver(mailbox, event);
        }
        return mailbox;
    },
    getPersistedSnapshot: (snapshot) => snapshot,
};
/** The mailbox as its next owner wants it; what waits in it stays. */
function adopted(mailbox, options) {
    const { status, output, error, self, target, stash } = mailbox;
    return { status, output, error, self, target, stash, ...options };
}
/** Nobody will come for what still waits. */
function close(mailbox) {
    mailbox.status = 'stopped';
    for (const waiting of mailbox.stash.splice(0))
        refuse(mailbox, waiting);
}
// A child that crashed a moment ago may not be detached yet: its supervisor has the news in its
// queue. What is sent in that moment waits for the next incarnation too.
function deliver(mailbox, event) {
    if (mailbox.target?.getSnapshot().status === 'active')
        mailbox.target.send(event);
    else if (mailbox.stash.length < mailbox.stashLimit)
        mailbox.stash.push(event);
    else
        refuse(mailbox, event);
}
function refuse(mailbox, event) {
    if (mailbox.refuse !== undefined)
        watched('refusal', mailbox.self, mailbox.refuse)(event);
}
