/** Runs the tests of requests and presence in clear again, against a server that is full of ids with keys. */

// The number of ids must be set before the tests are loaded.
import '../../helpers/many-keyed-ids.js';
import './connection-actor.test.js';
import './presence.test.js';
import './udp.test.js';
import './server-tree.test.js';
import './busy-replies.test.js';
