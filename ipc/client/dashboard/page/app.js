// --- app: reads everything once, and then what events say has changed

const TICK_MS = 1000;
const LOOK_MS = 10000;  // figures change without an event
const CALM_MS = 250;    // events come in bursts

const READERS = {
  status: async () => {
    const status = await call('daemon.status');
    showStatus(status);
    countFilter('outbox', status.outbox);
  },
  runs: async () => {
    try {
      showRuns((await call('sync.history', {limit: 60})).rows);
    } catch (error) {
      if (error.word !== 'forbidden') throw error;
      setText(byId('syncs-note'), 'Your role may not see this.');
    }
  },
  outbox: () => showList('outbox'),
  invitations: () => showList('invitations'),
  requests: async () => showRequests((await call('daemon.metrics')).text),
};
const TOPICS = {
  daemon: ['status'],
  sync: ['status', 'runs'],
  outbox: ['status', 'outbox', 'invitations'],
  invite: ['invitations', 'outbox'],
  gap: Object.keys(READERS),
};

const wanted = new Set();
let reading = false;
let calm = 0;
let over = false;

/// Reads these parts anew, soon; together with what else is asked for until then. What comes in
/// between does not put it off: events may never pause.
function refresh(...parts) {
  for (const part of parts) wanted.add(part);
  if (over || reading || calm) return;
  calm = setTimeout(read, CALM_MS);
}

async function read() {
  calm = 0;
  reading = true;
  const parts = [...wanted];
  wanted.clear();
  const done = await Promise.allSettled(parts.map((part) => READERS[part]()));
  reading = false;
  const failure = (done.find((each) => each.status === 'rejected') || {}).reason;
  if (failure instanceof Gone) end(failure.message);
  else if (failure instanceof Refused) alarm(failure.message, failure.hint);
  else if (failure) throw failure;
  if (wanted.size > 0) refresh();
}

/// What is wrong and what helps, a line each; nothing: all is well again.
function alarm(...lines) {
  const box = byId('alarm');
  if (box.textContent === lines.join('')) return;
  box.replaceChildren(...lines.map((line, at) => element(at === 0 ? 'strong' : 'span', {}, line)));
  document.body.classList.toggle('stale', lines.length > 0);
}

async function up() {
  try {
    role = (await call('hello', {client: 'icurectl dashboard', protocol: 1})).role;
  } catch (error) {
    if (error instanceof Gone) end(error.message);
    return;
  }
  setText(byId('role'), 'your role: ' + role);
  alarm();
  refresh(...Object.keys(READERS));
}

function down(failure) {
  showUnknown();
  alarm('The daemon does not answer: ' + failure.message, (failure.data || {}).hint || '',
    'What is shown is as it was. This page tries again by itself.');
}

function end(words) {
  if (over) return;
  over = true;
  stopListening();
  showUnknown();
  alarm('This page is not connected any more: ' + words,
    'If icurectl dashboard still runs, reload this page; else start it again, and open the new link.');
}

byId('said-close').addEventListener('click', hush);
byId('requests-all').addEventListener('click', () => {
  showsAll = !showsAll;
  refresh('requests');
});
for (const name of Object.keys(LISTS)) prepareFilter(name);
setInterval(tick, TICK_MS);
setInterval(() => {
  if (!document.hidden) refresh('status', 'requests');
}, LOOK_MS);
const stopListening = listen({
  up,
  down,
  event: (event) => refresh(...(TOPICS[event.topic] || [])),
  gone: () => end('icurectl does not answer.'),
});
