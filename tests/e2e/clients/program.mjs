// What test_clients.py asks of each client, in JavaScript: program.mjs SOCKET STEP USER.
import { once } from 'node:events';

import { Client, ConnectionLost, IcureError } from '../../../ipc/client/javascript/icure-syncd.mjs';

const say = (facts) => console.log(JSON.stringify(facts));

async function refused(daemon, method, params, options) {
  try {
    await daemon.call(method, params, options);
  } catch (error) {
    const { word, retryable, hint, key = null } = error;
    say({ error: error.constructor.name, word, retryable, hint, key });
  }
}

async function collect(iterator) {
  const all = [];
  for await (const each of iterator) all.push(each);
  return all;
}

const steps = {
  async ask(daemon, user) {
    say({ name: (await daemon.call('user.get', { email: 'anna.vermeulen@clinic.test' })).user.name });
    say({ found: (await daemon.call('user.search', { text: 'anna verm' })).rows.map((row) => row.name) });
    say({ listed: (await collect(daemon.rows('user.list', { limit: 50 }))).map((row) => row.id) });
    say({ pages: (await collect(daemon.pages('user.list', { limit: 50 }))).length });
    const change = { id: user, patch: { name: 'Zoë ☤ 𝄞' } };
    const first = await daemon.call('user.modify', change);
    const again = await daemon.call('user.modify', { key: first.key, ...change });
    say({ items: [first.item.id, again.item.id],
      name: (await daemon.call('user.get', { id: user })).user.name });
    await refused(daemon, 'user.get', { id: 'nobody' });
    await refused(daemon, 'user.get', { id: 7 });
    await refused(daemon, 'no.such.method');
    await refused(daemon, 'user.modify', { key: 'mine', id: 'nobody', patch: { name: 'x' } });
    await refused(daemon, 'user.search', { text: 'x'.repeat(70000) });
    await refused(daemon, 'sync.run', { wait: true, full: true }, { timeout: 0 });
  },

  async order(daemon) {
    const order = [];
    await Promise.all([
      daemon.call('sync.run', { wait: true, full: true }).then(() => order.push('slow')),
      daemon.call('daemon.status').then(() => order.push('fast'))]);
    say({ order });
  },

  async lost(daemon, user) {
    await daemon.call('daemon.status');
    say({ ready: true });
    await once(process.stdin, 'data');
    process.stdin.unref();
    const [read, write, neither] = await Promise.allSettled([
      daemon.call('user.get', { id: user }),
      daemon.call('user.modify', { id: user, patch: { name: 'Once' } }),
      daemon.call('sync.pause', { for_s: 1 })]);
    say({ read: read.value.user.id });
    say({ item: write.value.item.id, key: write.value.key });
    if (neither.reason instanceof ConnectionLost) {
      say({ error: neither.reason.name, retryable: neither.reason.retryable });
    }
  },

  async events(daemon) {
    const subscription = await daemon.subscribe({ topics: ['user', 'sync'] });
    say({ seq: subscription.seq });
    for await (const event of subscription) {
      say({ event: [event.seq, event.change] });
      if (event.change === 'paused') break;
    }
    await subscription.close();
    const ahead = await daemon.subscribe({ topics: ['user'], since: subscription.seq + 1000000 });
    say({ gap: (await ahead.next()).value.topic });
    await ahead.close();
  },
};

const [socket, step, user] = process.argv.slice(2);
try {
  await steps[step](new Client({ socket, client: 'program' }), user); // it ends without close()
} catch (error) {
  if (!(error instanceof IcureError)) throw error;
  say({ error: error.name });
}
