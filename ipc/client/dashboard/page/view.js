// --- view: small helpers that make and update elements. Data becomes text, never markup.

const byId = (id) => document.getElementById(id);

/// element('td', {class: 'number'}, 'text', child, ...); null children are left out.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) made.setAttribute(name, value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/// Only what changed is written, so that a live region says it once.
function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

const TONES = {
  online: 'good', done: 'good', sent: 'good', accepted: 'good',
  offline: 'bad', blocked: 'bad', failed: 'bad',
  degraded: 'warn', held: 'warn', retrying: 'warn', expired: 'warn', cut_off: 'warn',
  starting: 'info', sending: 'info', running: 'info',
};

function badge(state, more = '') {
  return element('span', {class: 'badge ' + (TONES[state] || '')}, state.replace('_', ' ') + more);
}

const number = (value) => Number(value).toLocaleString('en');

/// "40 s", "3 min", "2 h", "5 d"; of milliseconds.
function span(ms) {
  const s = Math.max(0, ms) / 1000;
  if (s < 60) return Math.floor(s) + ' s';
  if (s < 3600) return Math.floor(s / 60) + ' min';
  if (s < 172800) return Math.floor(s / 3600) + ' h';
  return Math.floor(s / 86400) + ' d';
}

/// Of a duration that was measured, in seconds.
function exact(s) {
  if (s < 0.001) return Math.round(s * 1e6) + ' µs';
  if (s < 1) return Number((s * 1000).toPrecision(3)) + ' ms';
  return s < 60 ? Number(s.toPrecision(2)) + ' s' : span(s * 1000);
}

function agoWords(at) {
  return span(Date.now() + clockOffset - Date.parse(at)) + ' ago';
}
function dueWords(at) {
  const ms = Date.parse(at) - Date.now() - clockOffset;
  return ms < 1000 ? 'now' : 'in ' + span(ms);
}

function timeElement(at, words, kind) {
  if (!at) return null;
  return element('time', {datetime: at, class: kind, title: new Date(at).toLocaleString()}, words(at));
}

/// A time told by how far it is from now; tick() keeps that true.
const ago = (at) => timeElement(at, agoWords, 'ago');
const due = (at) => timeElement(at, dueWords, 'due');

function tick() {
  for (const time of document.querySelectorAll('time.ago')) setText(time, agoWords(time.dateTime));
  for (const time of document.querySelectorAll('time.due')) setText(time, dueWords(time.dateTime));
}

const clock = (at) =>
  new Date(at).toLocaleTimeString([], {hour: '2-digit', minute: '2-digit', hourCycle: 'h23'});

/// Cells of a table with `labels` to each, for windows too narrow for columns.
function cell(label, attributes, ...children) {
  return element('td', {role: 'cell', 'data-label': label, ...attributes}, ...children);
}

function head(...children) {
  return element('th', {role: 'rowheader', scope: 'row'}, ...children);
}

/// Makes the rows of `body` those of `rows`, in their order. A row that did not change keeps its
/// elements, and with them the focus; one that changed gives it back to the same button.
function fill(body, rows, cellsOf, whenLost) {
  const focused = document.activeElement;
  const had = body.contains(focused);
  const act = had ? focused.dataset.act : '';
  const old = new Map([...body.children].map((row) => [row.dataset.id, row]));
  let at = body.firstElementChild;
  for (const data of rows) {
    const made = JSON.stringify([role, data]);
    const row = old.get(data.id) || element('tr', {role: 'row', 'data-id': data.id});
    old.delete(data.id);
    if (row.made !== made) {
      const holds = had && row.contains(focused);
      row.replaceChildren(...cellsOf(data));
      row.made = made;
      if (holds) (row.querySelector(`[data-act="${act}"]`) || row.querySelector('button') || whenLost).focus();
    }
    if (row === at) at = at.nextElementSibling;
    else body.insertBefore(row, at);
  }
  for (const row of old.values()) {
    if (row.contains(document.activeElement)) whenLost.focus();
    row.remove();
  }
}
