/** Ids whose clients begin at a certain one of several servers. */

import { ChosenServer } from '../../actors/client/chosen-server.js';
import { parseId, type UserId } from '../../protocol/id.js';

/** An id whose client begins at this host of a list. @param list The hosts, with commas between them. */
export function idAt(host: string, list: string, prefix = 'user'): UserId {
  for (let count = 0; ; count++) {
    const id = parseId(`${prefix}${count}`) as UserId;
    const chosen = new ChosenServer({ host: list, tcpPort: 1 });
    chosen.beginWith(id);
    if (chosen.endpoint.host === host) return id;
  }
}
