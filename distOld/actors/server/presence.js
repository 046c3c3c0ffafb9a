/**
 * The presence actor: knows who is online, and answers who of a user's buddies is.
 *
 * It asks the store who it is that asks, or that it does not know yet, and remembers no question: each takes its purpose
 * along and brings it back, together with what the store has in memory.
 */
import { PresenceTable } from '../../machines/server/presence-table.js';
import { BuddyListWriter } from '../../protocol/buddy-list-writer.js';
import { fromBehaviour } from '../supervision/behaviour.js';
export const presenceLogic = fromBehaviour((scope, { store }) => {
    const table = new PresenceTable();
    const lines = new BuddyLines();
    /** As of the last answer: good enough to know again whoever was registered then. */
    let known;
    function lookUp(id, purpose) {
        store.send({ type: 'user.look-up', id, purpose, replyTo: scope.self });
    }
    function announce(user, { announcement: { status, port }, address }) {
        table.set(user, status, address, port, scope.now());
    }
    function answer(user, users, { from, replyTo }) {
        const now = scope.now();
        lines.users = users;
        for (const buddy of users.listOf(user))
            table.visit(buddy, now, lines);
        replyTo.send({ type: 'presence.answered', to: from, list: lines.writer.take() });
    }
    return {
        receive(event) {
            switch (event.type) {
                case 'presence.announced': {
                    const user = known?.numberOf(event.announcement.id) ?? -1;
                    return user === -1 ? lookUp(event.announcement.id, event) : announce(user, event);
                }
                case 'presence.asked':
                    return lookUp(event.id, event);
                case 'user.looked-up': {
                    const { user, users, purpose } = event;
                    known = users;
                    if (user === -1)
                        return;
                    if (purpose.type === 'presence.announced')
                        announce(user, purpose);
                    else
                        answer(user, users, purpose);
                }
            }
        },
    };
});
/** Writes down what the table tells of each buddy. */
class BuddyLines {
    writer = new BuddyListWriter();
    users;
    present(user, status, address, port) {
        this.writer.addPresent(this.users, user, status, address, port);
    }
    offline(user) {
        this.writer.addOffline(this.users, user);
    }
}
