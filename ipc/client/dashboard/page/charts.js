// --- charts: how the syncs went, and how long requests take

// Of a chart that spans from milliseconds to hours; each bar is a run.
const FLOOR_S = 0.01;

function tookOf(run) {
  const end = run.finished ? Date.parse(run.finished) : Date.now() + clockOffset;
  return Math.max(0, end - Date.parse(run.started)) / 1000;
}

function changesOf(run) {
  const sums = {added: 0, changed: 0, deleted: 0, held: 0};
  for (const counts of Object.values(run.kinds)) {
    for (const what of Object.keys(sums)) sums[what] += counts[what];
  }
  const words = Object.entries(sums).filter(([, sum]) => sum > 0);
  return words.map(([what, sum]) => `${number(sum)} ${what}`).join(', ') || 'nothing';
}

const stateOf = (run) => run.state.replace('_', ' ') + (run.cause ? ', ' + run.cause : '');

function bar(run, height) {
  const kind = run.state === 'done' || run.state === 'running' ? (run.full ? 'full' : 'quick') : run.state;
  const made = element('i', {
    class: run.state === 'running' ? kind + ' running' : kind,
    title: `${run.full ? 'full' : 'quick'} sync at ${new Date(run.started).toLocaleString()}: ` +
      `${stateOf(run)}, took ${exact(tookOf(run))}, ${changesOf(run)}`,
  });
  made.style.height = height + '%';
  return made;
}

/// `runs`: newest first.
function showRuns(runs) {
  byId('syncs-chart').hidden = runs.length === 0;
  if (runs.length === 0) {
    setText(byId('syncs-note'), 'No syncs yet.');
    return;
  }
  const shown = [...runs].reverse();
  const longest = Math.max(...shown.map(tookOf));
  const top = Math.max(2, Math.ceil(Math.log10(longest / FLOOR_S)));
  // A failure is seen however quick it was.
  const heightOf = (run) => Math.max(run.state === 'failed' ? 10 : 3,
    (100 * Math.log10(Math.max(tookOf(run), FLOOR_S) / FLOOR_S)) / top);
  const lines = [];
  for (let power = 1; power <= top; ++power) {
    const line = element('span', {class: 'line', 'aria-hidden': 'true'}, exact(FLOOR_S * 10 ** power));
    line.style.bottom = (100 * power) / top + '%';
    lines.push(line);
  }
  const bars = element('div', {class: 'bars', 'aria-hidden': 'true'});
  bars.append(...shown.map((run) => bar(run, heightOf(run))));
  byId('runs').replaceChildren(...lines, bars);

  const bad = shown.filter((run) => run.state === 'failed' || run.state === 'cut_off').length;
  const words = `${shown.length === 1 ? '1 run' : shown.length + ' runs'}, ` +
    `${bad === 0 ? 'none' : bad} failed or cut off; the longest took ${exact(longest)}`;
  setText(byId('syncs-note'), words + '.');
  byId('runs').setAttribute('aria-label', 'Chart of syncs: ' + words);
  setText(byId('runs-axis'), `How long each took, from ${clock(shown[0].started)} to ` +
    `${clock(runs[0].started)}, the newest on the right.`);
  fill(byId('runs-table'), runs, (run) => [
    head(ago(run.started)),
    cell('Took', {class: 'number'}, run.finished ? exact(tookOf(run)) : ''),
    cell('Why', {}, run.trigger),
    cell('What', {}, run.full ? 'full' : 'quick'),
    cell('State', {}, badge(run.state), run.cause ? ' ' + run.cause : null),
    cell('Changes', {}, changesOf(run)),
  ], byId('syncs-title'));
}

/// {method: {count, refused, buckets: [[le, cumulative], ...]}} of an OpenMetrics text.
function readHistograms(text) {
  const methods = {};
  const of = (name) => (methods[name] = methods[name] || {count: 0, refused: 0, buckets: []});
  for (const line of text.split('\n')) {
    const [, name, labels, value] =
      /^icure_syncd_(request_duration_seconds_bucket|requests_total)\{([^}]*)\} (\S+)/.exec(line) || [];
    if (!name) continue;
    const label = Object.fromEntries(labels.split(',').map((each) => each.replace(/"/g, '').split('=')));
    const method = of(label.method);
    if (name === 'requests_total') {
      if (label.outcome !== 'ok') method.refused += Number(value);
    } else {
      method.buckets.push([label.le === '+Inf' ? Infinity : Number(label.le), Number(value)]);
      method.count = Number(value); // the last one holds all
    }
  }
  return methods;
}

function within({buckets, count}, share) {
  const [le] = buckets.find(([, below]) => below >= count * share) || [Infinity];
  return le === Infinity ? 'longer' : exact(le);
}

function spread({buckets, count}) {
  const made = element('div', {class: 'bars', 'aria-hidden': 'true'});
  let before = 0;
  for (const [index, [le, below]] of buckets.entries()) {
    const from = index === 0 ? 0 : buckets[index - 1][0];
    const here = below - before;
    before = below;
    const upTo = le === Infinity ? `longer than ${exact(from)}` : `${exact(from)} to ${exact(le)}`;
    const bin = element('i', {class: here > 0 ? 'full' : 'none', title: `${upTo}: ${number(here)} of ${number(count)} calls`});
    // The square root keeps the rare slow ones in sight.
    bin.style.height = here > 0 ? Math.max(12, 100 * Math.sqrt(here / count)) + '%' : '1px';
    made.append(bin);
  }
  return made;
}

const FEW = 8;
let showsAll = false;

function showRequests(text) {
  const all = Object.entries(readHistograms(text))
    .filter(([, method]) => method.count > 0)
    .map(([id, method]) => ({id, ...method}))
    .sort((a, b) => b.count - a.count || a.id.localeCompare(b.id));
  fill(byId('requests'), showsAll ? all : all.slice(0, FEW), (row) => [
    head(element('code', {}, row.id)),
    cell('Calls', {class: 'number'}, number(row.count)),
    cell('Refused', {class: 'number'}, row.refused ? number(row.refused) : '–'),
    cell('Half within', {class: 'number'}, within(row, 0.5)),
    cell('99 % within', {class: 'number'}, within(row, 0.99)),
    cell('Spread', {class: 'spread'}, spread(row)),
  ], byId('requests-title'));
  if (all.length > 0 && byId('requests-ticks').childElementCount === 0) {
    const ticks = all[0].buckets.map(([le], index) =>
      element('span', {}, index % 3 === 1 && le !== Infinity ? exact(le) : ''));
    byId('requests-ticks').replaceChildren(...ticks);
  }
  const button = byId('requests-all');
  button.hidden = all.length <= FEW;
  button.setAttribute('aria-expanded', String(showsAll));
  setText(button, showsAll ? 'Show the most used only' : `Show all ${all.length} methods`);
}
