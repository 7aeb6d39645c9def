// --- lists: the outbox and the invitations, by what needs a person first

const PAGE = 100;

const LISTS = {
  outbox: {
    method: 'outbox.list',
    open: ['blocked', 'failed', 'held', 'retrying', 'sending', 'queued'],
    over: ['done', 'cancelled', 'expired'],
    nothing: 'Nothing waits: every change that was accepted is through.',
    cells: outboxCells,
  },
  invitations: {
    method: 'invite.list',
    open: ['blocked', 'failed', 'held', 'queued', 'user_ready', 'token_ready', 'sent'],
    over: ['accepted', 'cancelled', 'expired'],
    nothing: 'No invitation is under way.',
    cells: invitationCells,
  },
};

/// icurectl puts the name beside the id, where the daemon tells it.
function nameOf(row, id) {
  return row.who && row.who !== id ? row.who : element('code', {}, id);
}

function why(row) {
  if (!row.last_error) return cell('Why', {class: 'why none'}, '');
  return cell('Why', {class: 'why'}, row.last_error, row.hint ? element('small', {}, row.hint) : null);
}

function outboxCells(item) {
  const next = item.next_try ? [', next ', due(item.next_try)] : [];
  return [
    cell('State', {class: 'state'}, badge(item.state)),
    cell('What', {}, element('code', {}, item.op)),
    cell('Who', {class: 'who name'}, nameOf(item, item.entity)),
    cell('Accepted', {class: 'when'}, ago(item.created)),
    cell('Tries', {class: 'when'}, String(item.attempts), ...next),
    why(item),
    actionsCell('outbox', item, item.who || item.entity),
  ];
}

function invitationCells(invitation) {
  return [
    cell('State', {class: 'state'}, badge(invitation.state, invitation.maybe_sent ? ', maybe sent' : '')),
    cell('Who', {class: 'who name'}, nameOf(invitation, invitation.owner)),
    cell('To', {class: 'who'}, invitation.contact || '', element('small', {}, invitation.channel)),
    cell('Asked', {class: 'when'}, ago(invitation.created)),
    cell('Sent', {class: 'when'}, ago(invitation.sent_at) || '–'),
    why(invitation),
    actionsCell('invite', invitation, invitation.who || invitation.owner),
  ];
}

function prepareFilter(name) {
  const select = byId(name + '-filter');
  const {open, over} = LISTS[name];
  select.append(element('option', {value: 'open'}, 'all that is open'));
  for (const state of [...open, ...over]) {
    select.append(element('option', {value: state}, state.replace('_', ' ')));
  }
  select.addEventListener('change', () => refresh(name));
}

/// How many are in each state, where the daemon tells it.
function countFilter(name, counts) {
  const {open} = LISTS[name];
  for (const option of byId(name + '-filter').options) {
    const states = option.value === 'open' ? open : [option.value];
    const sum = states.reduce((all, state) => all + (counts[state] || 0), 0);
    const words = option.value === 'open' ? 'all that is open' : option.value.replace('_', ' ');
    setText(option, `${words} (${number(sum)})`);
  }
}

async function showList(name) {
  const {method, open, nothing, cells} = LISTS[name];
  const section = byId(name + '-section');
  const [note, table] = [section.querySelector('.note'), section.querySelector('table')];
  const filter = byId(name + '-filter');
  const states = filter.value === 'open' ? open : [filter.value];
  let pages;
  try {
    pages = await Promise.all(states.map((state) => call(method, {state, limit: PAGE})));
  } catch (error) {
    if (error.word !== 'forbidden') throw error;
    table.hidden = true;
    setText(note, 'Your role may not see this.');
    return;
  }
  // What changed its state between two answers is in both.
  const rows = [...new Map(pages.flatMap((page) => page.rows).map((row) => [row.id, row])).values()];
  const more = pages.some((page) => page.next);
  setText(note, rows.length === 0 ? (filter.value === 'open' ? nothing : 'None.')
    : more ? `The oldest ${PAGE} of each state are shown; icurectl lists all.` : '');
  table.hidden = rows.length === 0;
  fill(byId(name), rows, cells, byId(name + '-title'));
}
