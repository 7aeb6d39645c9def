// --- actions: what a person may do to a row, asked twice where it cannot be undone

const RANKS = {none: 0, reader: 1, operator: 2, admin: 3};
let role = 'none';

const ACTIONS = {
  'outbox.retry': {
    label: 'Retry', needs: 'admin', states: ['retrying', 'blocked'], said: 'is tried now'},
  'outbox.hold': {
    label: 'Hold', needs: 'admin', states: ['queued', 'retrying', 'blocked'], said: 'is put aside'},
  'outbox.release': {
    label: 'Release', needs: 'admin', states: ['held'], said: 'goes on',
    title: 'Let this change go on?',
    text: 'It is sent to the platform. If this machine’s data was restored or copied, it may have ' +
      'been sent before.'},
  'outbox.discard': {
    label: 'Discard', needs: 'admin', danger: true, reason: true,
    states: ['queued', 'retrying', 'blocked', 'held', 'failed'], said: 'is discarded',
    title: 'Discard this change for good?', text: 'What it asked for is erased, and is not sent.'},
  'invite.resend': {
    label: 'Resend', needs: 'operator', key: true, states: ['sent', 'blocked', 'failed'],
    said: 'is sent again',
    title: 'Send this invitation again?',
    text: 'The person gets a new message with a new code; the code of the last one stops working.'},
  'invite.cancel': {
    label: 'Cancel', needs: 'operator', key: true, danger: true,
    states: ['queued', 'user_ready', 'token_ready', 'sent', 'blocked', 'failed', 'held'],
    said: 'is taken back',
    title: 'Cancel this invitation for good?', button: 'Cancel the invitation',
    text: 'Its code stops working, and the user that was made for it is deleted.'},
};

function actionsCell(noun, row, name) {
  const made = cell('Actions', {class: 'actions'});
  for (const [method, action] of Object.entries(ACTIONS)) {
    if (!method.startsWith(noun + '.') || !action.states.includes(row.state)) continue;
    if (RANKS[role] < RANKS[action.needs]) continue;
    const button = element('button', {
      type: 'button', 'data-act': method, class: action.danger ? 'danger' : null,
      'aria-label': `${action.label} ${row.op || 'invitation'} of ${name}`,
    }, action.label);
    button.addEventListener('click', () => act(method, row, name, button));
    made.append(button);
  }
  return made;
}

/// Resolves to {reason} if the person means it, else to null.
function ask(action, which) {
  const dialog = byId('ask');
  const form = dialog.querySelector('form');
  setText(byId('ask-title'), action.title);
  setText(byId('ask-which'), which);
  setText(byId('ask-text'), action.text);
  byId('ask-reason').hidden = !action.reason;
  form.elements.reason.required = Boolean(action.reason);
  form.elements.reason.value = '';
  setText(byId('ask-go'), action.button || action.label);
  byId('ask-go').className = action.danger ? 'danger' : '';
  return new Promise((resolve) => {
    let answer = null;
    form.onsubmit = (event) => {
      event.preventDefault();
      const reason = form.elements.reason.value.trim();
      if (action.reason && !reason) {
        form.elements.reason.value = '';
        form.reportValidity();
        return;
      }
      answer = action.reason ? {reason} : {};
      dialog.close();
    };
    byId('ask-back').onclick = () => dialog.close();
    dialog.onclose = () => resolve(answer); // Escape as well
    dialog.showModal();
    (action.reason ? form.elements.reason : byId('ask-back')).focus();
  });
}

async function act(method, row, name, button) {
  if (button.getAttribute('aria-disabled') === 'true') return;
  const action = ACTIONS[method];
  const which = `${row.op || 'Invitation'} of ${name}`;
  const meant = action.title ? await ask(action, which) : {};
  if (!meant) return;
  // One key for one click: however often this is sent, it is done once.
  const params = {id: row.id, ...meant, ...(action.key ? {key: 'dashboard-' + crypto.randomUUID()} : {})};
  button.setAttribute('aria-disabled', 'true');
  await write(method, params, `${which} ${action.said}.`);
  button.removeAttribute('aria-disabled');
}

async function write(method, params, said) {
  try {
    await call(method, params);
    say(said);
  } catch (error) {
    const again = error.maybe ? () => write(method, params, said) : null;
    const words = error.maybe ? 'It is not known whether this was done. ' : 'This was not done: ';
    say(`${words}${error.message}. ${error.hint || ''}`, 'bad', again);
  }
  refresh('outbox', 'invitations', 'status');
}

let sayTimer = 0;

function say(words, tone = 'good', again = null) {
  const box = byId('said');
  box.className = tone;
  box.hidden = false;
  box.querySelector('p').textContent = words;
  byId('said-again').hidden = !again;
  byId('said-again').onclick = again;
  clearTimeout(sayTimer);
  if (tone === 'good') sayTimer = setTimeout(hush, 8000);
}

function hush() {
  byId('said').hidden = true;
}
