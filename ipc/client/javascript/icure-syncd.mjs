// Client of icure-syncd, the daemon that answers for the iCure platform on this machine.
// One file, Node 18 or later, no dependencies: copy it into your program (with icure-syncd.d.ts).
//
//   const daemon = new Client({ client: 'my-program' });
//   const { user } = await daemon.call('user.get', { email: 'anna.vermeulen@clinic.test' });
//
// It connects when first needed. A daemon that was there once and is gone is waited for, each call as
// long as its timeout allows: what can be asked twice is asked again, and that is a read, or a write
// with its `key`. Times are milliseconds.
import { randomUUID } from 'node:crypto';
import net from 'node:net';

export const DEFAULT_SOCKET = '/run/icure-syncd/api.sock';
export const PROTOCOL = 1;

// What a method does is told by its last word. Reads may be repeated, writes are done once a key.
export const READS = new Set(['get', 'list', 'search', 'of', 'access', 'status', 'metrics', 'show',
  'plan', 'history', 'tombstones', 'current', 'sessions', 'verify', 'discover']);
export const WRITES = new Set(['create', 'modify', 'disable', 'enable', 'delete', 'token', 'cancel',
  'resend', 'check']);

/** Why a call has no result. The class says what happened, `hint` what to do next. */
export class IcureError extends Error {
  constructor(message, { hint = '', retryable = false, retryAfter, rpcCode = 0 } = {}) {
    super(hint ? `${message} (${hint})` : message);
    this.name = this.constructor.name;
    Object.assign(this, { hint, retryable, retryAfter, rpcCode, key: undefined });
  }

  get word() {
    return this.name.replace(/(?<!^)(?=[A-Z])/g, '_').toLowerCase();
  }
}

export class NotFound extends IcureError {} // the platform has no such entity that we can see
export class NotMirrored extends IcureError {} // that kind is not mirrored here, or not complete yet
export class Stale extends IcureError {} // older than max_age_s
export class Forbidden extends IcureError {} // the access rules, or the socket's mode, do not allow it
export class Invalid extends IcureError {} // the request makes no sense
export class Conflict extends IcureError {} // somebody was faster, or the state does not allow it
export class KeyReused extends IcureError {} // this key was used for another request
export class Offline extends IcureError {} // this needs the platform at once
export class LoginFailed extends IcureError {} // name, password or code is wrong
export class LoginLocked extends IcureError {} // too many wrong guesses
export class LoginNeeded extends IcureError {} // this session has ended
export class OtpNeeded extends IcureError {} // ask again with a one-time code
export class Blocked extends IcureError {} // the platform refuses this kind of login for it
export class QueueFull extends IcureError {} // too many changes wait already
export class Held extends IcureError {} // it waits for somebody's approval
export class ReadOnly extends IcureError {} // the disk is full
export class Unavailable extends IcureError {} // try later
export class Internal extends IcureError {} // a fault of the daemon's own store; see its log
/** Nobody listens on the socket. The call was not made. */
export class Unreachable extends IcureError {}
/** No answer in time. What the call does may still happen. */
export class TimedOut extends IcureError {}
/**
 * The connection ended before the answer, and the call must not be repeated unasked: it is not a read
 * and has no key. What it does may have happened.
 */
export class ConnectionLost extends IcureError {}

const BY_WORD = new Map([NotFound, NotMirrored, Stale, Forbidden, Invalid, Conflict, KeyReused, Offline,
  LoginFailed, LoginLocked, LoginNeeded, OtpNeeded, Blocked, QueueFull, Held, ReadOnly, Unavailable,
  Internal].map((kind) => [new kind('').word, kind]));

/** A key for one write. Keep it with what you ask for, and a repetition does no harm. */
export const newKey = () => randomUUID();

function errorOf({ code, message, data = {} }) {
  // JSON-RPC's own codes: the call itself was wrong.
  const Kind = code !== -32000 ? Invalid : BY_WORD.get(data.code) ?? Internal;
  return new Kind(message ?? 'the daemon gives no reason', { hint: data.hint,
    retryable: data.retryable, retryAfter: data.retry_after_ms, rpcCode: code });
}

class Lost extends Error {}

async function within(deadline, what) {
  if (deadline === Infinity) return what;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TimedOut('the daemon did not answer in time',
      { retryable: true, hint: 'ask again, or allow more time' })), Math.max(deadline - Date.now(), 0));
  });
  return Promise.race([what, late]).finally(() => clearTimeout(timer));
}

/** Waits before another attempt, a random while of up to 2 s; false: there is no time for it. */
async function pause(attempt, deadline, atLeast = 0) {
  const wait = Math.max(atLeast, Math.random() * Math.min(2000, 50 * 2 ** Math.min(attempt, 6)));
  if (Date.now() + wait > deadline) return false;
  await new Promise((resolve) => { setTimeout(resolve, wait); });
  return true;
}

/** One life of the socket: messages out and in. A loss is a Lost. */
class Wire {
  #socket;
  #messages;

  constructor(path) {
    this.#socket = net.connect(path).setEncoding('utf8');
    this.#socket.on('error', () => {}); // it is told where one reads
    this.#messages = this.#read();
  }

  static async open(path, hello, deadline) {
    const wire = new Wire(path);
    try {
      await within(deadline, new Promise((resolve, reject) => {
        wire.#socket.once('connect', resolve).once('error', reject);
      }));
      await within(deadline, wire.ask('hello', hello));
    } catch (error) {
      wire.close();
      throw error;
    }
    return wire;
  }

  send(id, method, params) {
    const line = `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
    this.#socket.write(line);
    return line.length;
  }

  async receive() {
    try {
      const { done, value } = await this.#messages.next();
      if (!done) return value;
    } catch { /* as an end */ }
    throw new Lost();
  }

  /** For a connection on which nothing else is under way. */
  async ask(method, params) {
    this.send(0, method, params);
    const reply = await this.receive();
    if (reply.error) throw errorOf(reply.error);
    return reply.result;
  }

  keepsProcess(yes) {
    this.#socket[yes ? 'ref' : 'unref']();
  }

  close() {
    this.#socket.destroy();
  }

  async* #read() {
    let rest = '';
    for await (const chunk of this.#socket) {
      rest += chunk;
      if (!chunk.includes('\n')) continue;
      const lines = rest.split('\n');
      rest = lines.pop();
      for (const line of lines) yield JSON.parse(line);
    }
  }
}

/** Many calls under way on one wire; answers find theirs by id. */
class Connection {
  #wire;
  #last = 0;
  #waiting = new Map();
  open = true;

  constructor(wire) {
    this.#wire = wire;
    wire.keepsProcess(false);
    this.#read();
  }

  send(method, params) {
    return new Promise((resolve, reject) => {
      const id = ++this.#last;
      this.#wire.keepsProcess(true);
      this.#waiting.set(id, { resolve, reject, size: this.#wire.send(id, method, params) });
    });
  }

  close() {
    this.open = false;
    this.#wire.close();
    for (const { reject } of this.#waiting.values()) reject(new Lost());
    this.#waiting.clear();
  }

  async #read() {
    try {
      for (;;) this.#answered(await this.#wire.receive());
    } catch {
      this.close();
    }
  }

  #answered({ id, result, error }) {
    let about = id;
    if (id === null) { // a line was too long, which ends the connection: surely the longest
      this.open = false;
      [about] = [...this.#waiting].reduce((a, b) => (b[1].size > a[1].size ? b : a), [0, { size: -1 }]);
    }
    const call = this.#waiting.get(about);
    this.#waiting.delete(about);
    if (this.#waiting.size === 0) this.#wire.keepsProcess(false);
    if (error) call?.reject(errorOf(error));
    else call?.resolve(result);
  }
}

export class Client {
  #socket;
  #hello;
  #timeout;
  #connection;
  #connecting;
  #subscriptions = new Set();
  #met = false; // the daemon answered once
  #closed = false;

  constructor({ socket = DEFAULT_SOCKET, client = 'node', actor, session, timeout = 30_000 } = {}) {
    this.#socket = socket;
    this.#hello = { client, protocol: PROTOCOL, actor, session };
    this.#timeout = timeout;
  }

  /** The result. A write without `key` gets one; `key` of the result, or of the error, is it. */
  async call(method, params = {}, { timeout = this.#timeout } = {}) {
    const verb = method.slice(method.lastIndexOf('.') + 1);
    const asked = WRITES.has(verb) ? { key: newKey(), ...params } : params;
    const { key } = asked;
    const deadline = Date.now() + timeout;
    try {
      const result = await this.#ask(method, asked, key !== undefined || READS.has(verb), deadline);
      return key === undefined ? result : { ...result, key };
    } catch (error) {
      error.key = key;
      throw error;
    }
  }

  /** Each result of a list, to its end. */
  async* pages(method, params = {}) {
    let next = {};
    do {
      const page = await this.call(method, { ...params, ...next });
      yield page;
      next = page.next === undefined ? undefined : { cursor: page.next };
    } while (next);
  }

  /** Each row of a list, to its end. */
  async* rows(method, params = {}) {
    for await (const page of this.pages(method, params)) yield* page.rows;
  }

  /**
   * Events from now on, or those after `since`. They come on a connection of their own, so that who
   * handles them slowly delays no call.
   */
  async subscribe({ topics, since } = {}) {
    const subscription = new Subscription((deadline) => this.#open(deadline), topics, since);
    await subscription.connect(Date.now() + this.#timeout);
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** Ends what is under way, subscriptions too. */
  async close() {
    this.#closed = true;
    for (const subscription of this.#subscriptions) await subscription.close();
    this.#connection?.close();
  }

  async #ask(method, params, repeatable, deadline) {
    for (let attempt = 0; ; ++attempt) {
      const connection = await this.#connected(deadline);
      try {
        return await within(deadline, connection.send(method, params));
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        if (!repeatable || this.#closed || !await pause(attempt, deadline)) {
          throw new ConnectionLost('the connection ended before the answer',
            { hint: 'look whether it was done before you ask again' });
        }
      }
    }
  }

  async #connected(deadline) {
    while (this.#connecting) await within(deadline, this.#connecting.catch(() => {}));
    if (!this.#connection?.open) {
      this.#connecting = this.#open(deadline);
      try {
        this.#connection = new Connection(await this.#connecting);
      } finally {
        this.#connecting = undefined;
      }
    }
    return this.#connection;
  }

  async #open(deadline) {
    for (let attempt = 0; !this.#closed; ++attempt) {
      try {
        const wire = await Wire.open(this.#socket, this.#hello, deadline);
        this.#met = true;
        return wire;
      } catch (error) {
        if (error.code === 'EACCES' || error.code === 'EPERM') {
          throw new Forbidden(error.message,
            { hint: 'join the group that owns the socket, or ask an administrator' });
        }
        if (error instanceof Unavailable) { // too many clients
          if (!await pause(attempt, deadline, error.retryAfter)) throw error;
        } else if (error instanceof IcureError) {
          throw error;
        } else if (!this.#met || !await pause(attempt, deadline)) {
          throw new Unreachable(error.message || 'the daemon ended the connection', { retryable: true,
            hint: 'is the daemon running (systemctl status icure-syncd), and is this its socket?' });
        }
      }
    }
    throw new Unreachable('this client was closed');
  }
}

/**
 * The events, one after another: for await. Over a restart of the daemon it goes on after the last one
 * that you were given; `seq` is its number, to be kept if your own program is to go on from there. An
 * event of topic "gap" says that some are lost: read anew what you need.
 */
class Subscription {
  #open;
  #topics;
  #since;
  #wire;
  #closed = false;

  constructor(open, topics, since) {
    this.#open = open;
    this.#topics = topics;
    this.#since = since;
  }

  get seq() {
    return this.#since;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  async next() {
    while (!this.#closed) {
      if (!this.#wire) await this.connect(Infinity);
      try {
        const { params } = await this.#wire.receive();
        this.#since = params.seq;
        return { done: false, value: params };
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        this.#wire?.close();
        this.#wire = undefined;
      }
    }
    return { done: true, value: undefined };
  }

  async close() {
    this.#closed = true;
    this.#wire?.close();
  }

  /** For the client. */
  async connect(deadline) {
    for (let attempt = 0; ; ++attempt) {
      const wire = await this.#open(deadline);
      try {
        const params = { topics: this.#topics, since: this.#since };
        const { seq } = await within(deadline, wire.ask('events.subscribe', params));
        this.#since ??= seq;
        this.#wire = wire;
        return;
      } catch (error) {
        wire.close();
        if (!(error instanceof Lost) || !await pause(attempt, deadline)) throw error;
      }
    }
  }
}
