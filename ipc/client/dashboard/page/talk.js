// --- talk: how the page reaches the daemon, through icurectl

// The key came in the fragment, which is sent to nobody, and stays with this tab.
const sessionKey = (() => {
  const given = location.hash.slice(1);
  if (/^[0-9a-f]{64}$/.test(given)) {
    sessionStorage.setItem('key', given);
    history.replaceState(null, '', '/');
  }
  return sessionStorage.getItem('key') || '';
})();

/// The daemon said no; `maybe`: what was asked may have been done all the same.
class Refused extends Error {
  constructor(error, maybe) {
    super(error.message);
    this.word = (error.data || {}).code;
    this.hint = (error.data || {}).hint || '';
    this.maybe = maybe;
  }
}

/// icurectl itself does not answer any more, or not to this page.
class Gone extends Error {}

// How far this machine's clock is from that of the browser, which may be another one's.
let clockOffset = 0;

async function call(method, params = {}) {
  let response;
  try {
    response = await fetch('/call', {
      method: 'POST',
      headers: {'Content-Type': 'application/json', 'X-Dashboard-Key': sessionKey},
      body: JSON.stringify({method, params}),
    });
  } catch {
    throw new Gone('icurectl does not answer');
  }
  if (!response.ok) throw new Gone(await response.text());
  clockOffset = Date.parse(response.headers.get('Date')) - Date.now() || 0;
  const answer = await response.json();
  if (answer.error) throw new Refused(answer.error, answer.maybe);
  return answer.result;
}

/// Calls on.up(), on.down(failure), on.event(event), and on.gone() when icurectl ended. Listens only
/// while the page is seen: one that nobody looks at does not keep icurectl running.
function listen(on) {
  let source = null;
  let failures = 0;

  const stop = () => {
    if (source) source.close();
    source = null;
  };
  const start = () => {
    if (source || document.hidden) return;
    source = new EventSource('/events?key=' + sessionKey);
    source.addEventListener('up', () => {
      failures = 0;
      on.up();
    });
    source.addEventListener('down', (event) => {
      failures = 0;
      on.down(JSON.parse(event.data));
    });
    source.addEventListener('message', (event) => on.event(JSON.parse(event.data)));
    source.addEventListener('error', () => {
      stop();
      failures += 1;
      if (failures < 3) setTimeout(start, 500 * failures);
      else on.gone();
    });
  };
  document.addEventListener('visibilitychange', () => (document.hidden ? stop() : start()));
  start();
  return stop;
}
