// --- overview: the daemon's state, what needs attention, and how fresh the mirror is

const MEANINGS = {
  starting: 'the platform has not answered yet',
  online: 'in contact with the platform',
  offline: 'the platform cannot be used; reads are answered from the mirror',
  degraded: 'working, but something needs a look',
};
const KINDS = {user: 'Users', hcp: 'Professionals', patient: 'Patients', device: 'Devices'};

function showState(status) {
  const box = byId('state').firstElementChild;
  box.className = 'badge ' + (TONES[status.state] || '');
  setText(box, status.state);
  const cause = status.cause ? status.cause.replace('_', ' ') + ': ' : '';
  setText(byId('meaning'), cause + (MEANINGS[status.state] || ''));
  byId('since').replaceChildren('since ' + clock(status.since) + ', ', ago(status.since));
  setText(byId('version'), status.version);
  document.title = status.state + ' · icure-syncd';
}

/// What was known of the state is not believed any more; the rest stays to be read.
function showUnknown() {
  const box = byId('state').firstElementChild;
  box.className = 'badge';
  setText(box, 'unknown');
  setText(byId('meaning'), 'nothing is heard of the daemon');
  byId('since').replaceChildren();
  document.title = 'unknown · icure-syncd';
}

function showWarnings(status) {
  const items = status.warnings.map(({text, hint}) =>
    element('li', {}, element('strong', {}, text), hint ? element('span', {}, hint) : null));
  for (const batch of status.braked) {
    items.push(element('li', {},
      element('strong', {}, `held back: ${batch.deletes} deletions, ${batch.hides} hidings, ` +
        `${batch.disables} disablings of ${batch.kind}`),
      element('span', {}, `look at it, then: icurectl sync approve ${batch.id} apply, or discard`)));
  }
  const list = byId('warnings').querySelector('ul');
  if (list.textContent !== items.map((item) => item.textContent).join('')) {
    list.replaceChildren(...items);
  }
  byId('warnings').hidden = items.length === 0;
}

function showMirror(status) {
  const rows = Object.entries(status.mirror).map(([kind, entry]) =>
    ({id: kind, ...entry, live: status.live[kind] || ''}));
  fill(byId('mirror'), rows, (row) => [
    head(KINDS[row.id] || row.id),
    cell('Rows', {class: 'number'}, number(row.count)),
    cell('Checked', {}, ago(row.as_of) || 'never'),
    cell('Complete', {},
      row.complete ? 'yes' : 'not yet',
      row.progress === undefined ? null : `, ${number(row.progress)} seen in this run`),
    cell('Live', {}, row.live),
  ], byId('mirror-title'));
  byId('next-sync').replaceChildren(
    ...(status.next_sync ? ['Next sync ', due(status.next_sync), '.'] : []));
}

function showStatus(status) {
  showState(status);
  showWarnings(status);
  showMirror(status);
}
