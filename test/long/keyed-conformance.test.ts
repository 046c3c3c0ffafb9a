/** Runs tests of the client again, with a server whose database is full of ids with keys. */

// The number of ids must be set before the tests are loaded.
import '../helpers/many-keyed-ids.js';
import '../bin/im-client.test.js';
import '../bin/headless/dialect-e.test.js';
